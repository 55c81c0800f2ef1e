resource "azurerm_cognitive_account" "search" {
  name                = "acme-search"
  resource_group_name = var.resource_group
  location            = "westeurope"
  kind                = "OpenAI"
  sku_name            = "S0"
}

resource "azurerm_cognitive_deployment" "query_rewrite" {
  name                   = "query-rewrite"
  cognitive_account_id   = azurerm_cognitive_account.search.id
  version_upgrade_option = "NoAutoUpgrade"

  model {
    format  = "OpenAI"
    name    = "gpt-4o"
    version = "2024-08-06"
  }

  sku {
    name     = "Standard"
    capacity = 60
  }
}
