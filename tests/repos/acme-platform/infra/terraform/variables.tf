variable "resource_group" {
  type    = string
  default = "rg-acme-search"
}
