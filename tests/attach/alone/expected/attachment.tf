# Written by "plinth attach", which keeps it up to date, and your edits in it.

# The shared cluster, found by its name: everything that is said of it comes from here, module.attachment.private_subnet_ids,
# module.attachment.permissions_boundary_arn, ... modules/attachment/README.md lists it all.
module "attachment" {
  source = "./modules/attachment"

  cluster_name = "azavea-staging-main"

  tenant = {
    namespace        = "franklin"
    application      = "franklin"
    team             = null
    service_accounts = ["franklin"]
  }
}
