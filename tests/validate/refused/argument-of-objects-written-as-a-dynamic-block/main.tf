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

  dynamic "set" {
    for_each = ["a", "b"]

    content {
      name  = set.value
      value = "1"
    }
  }
}
