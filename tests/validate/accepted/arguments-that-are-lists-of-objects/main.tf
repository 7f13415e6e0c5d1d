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

  set      = [for name in ["a", "b"] : { name = name, value = "1" }]
  set_list = [{ name = "a", value = ["1"] }]
}
