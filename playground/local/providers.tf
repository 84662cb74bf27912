terraform {
  required_version = ">= 1.8"

  required_providers {
    hriste = {
      # A host name of our own: the provider is the binary that script/build made, linked below
      # terraform.d/plugins, and nothing is looked up on the network.
      source  = "hriste.local/hriste/hriste"
      version = "0.1.0"
    }
  }
}

provider "hriste" {
  # Everything that the playground consists of lies in this one folder. Destroying the last resource
  # removes it. Each workspace has its own: two states in one folder would undo each other's work.
  data_dir = coalesce(var.data_dir, terraform.workspace == "default" ? "${path.root}/.hriste" : "${path.root}/.hriste-${terraform.workspace}")
}
