terraform {
  required_version = ">= 1.8"
  backend "gcs" {
    bucket = "acme-terraform"
    prefix = "platform"
  }
}

module "inference_pool" {
  source       = "./modules/node-pool"
  name         = "l4"
  machine_type = "g2-standard-12"
  min_nodes    = 1
  max_nodes    = 6
}
