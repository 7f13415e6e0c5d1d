# Written by "plinth attach", which keeps it up to date, and your edits in it.

# The shared cluster, found by its name: everything that is said of it comes from here, module.attachment.private_subnet_ids,
# module.attachment.permissions_boundary_arn, ... The module's README lists it all.
module "attachment" {
  source = "git::https://github.com/azavea/kubernetes-deployment.git//modules/attachment?ref=v1.3.0"

  cluster_name = "azavea-staging-main"

  tenant = {
    namespace        = "franklin"
    application      = "franklin"
    team             = "raster-foundry"
    service_accounts = ["franklin"]
  }
}
