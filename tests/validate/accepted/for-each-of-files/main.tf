resource "terraform_data" "this" {
  for_each = fileset(path.module, "*.tf")
}
