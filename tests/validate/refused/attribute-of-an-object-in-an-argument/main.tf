terraform {
  required_providers {
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.0"
    }
  }
}

resource "helm_release" "this" {
  name  = "x"
  chart = "y"
  set   = [{ nam = "a", value = "b" }]
}
