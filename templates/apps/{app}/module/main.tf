# The shared cluster, found by its name. AWS resources of {{ app | ident }} go into files of their own beside this one and take
# network and identity from here: module.attachment.private_subnet_ids, module.attachment.cluster_security_group_id, ...
module "attachment" {
  source = "../../../modules/attachment"

  cluster_name               = var.cluster_name
  minimum_kubernetes_version = var.minimum_kubernetes_version

  tenant = {
    namespace        = var.namespace
    application      = {{ app | hcl }}
    team             = {{ team | hcl }}
    service_accounts = {{ service_accounts | hcl }}
  }
}
