module "application" {
  source = "../module"

  cluster_name = {{ cluster_name | hcl }}
  namespace    = {{ namespace | hcl }}
}
