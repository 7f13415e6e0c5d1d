locals {
  a = <<-EOT
		text	with tabs
		EOT
}
