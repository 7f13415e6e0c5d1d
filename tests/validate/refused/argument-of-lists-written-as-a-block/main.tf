terraform {
  required_providers {
    helm = {
      source = "hashicorp/helm"
    }
  }
}

resource "helm_release" "this" {
  name  = "x"
  chart = "x"

  set_list {
    name  = "a"
    value = ["1"]
  }
}
