# Written by "plinth attach", which keeps it up to date, and your edits in it.

# The shared cluster, found by its name: everything that is said of it comes from here, module.attachment.private_subnet_ids,
# module.attachment.permissions_boundary_arn, ... modules/attachment/README.md lists it all.
module "attachment" {
  source = "./modules/attachment"

  cluster_name = "Legacy_1"
  mode         = "data-only"

  tenant = {
    namespace        = "reports"
    application      = "reports"
    team             = null
    service_accounts = []
  }
}
