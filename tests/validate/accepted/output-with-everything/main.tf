resource "terraform_data" "this" {

}

output "o" {
  value       = "x"
  description = "text"
  sensitive   = true
  ephemeral   = false
  depends_on  = [terraform_data.this]

  precondition {
    condition     = terraform_data.this.id != ""
    error_message = "it has none"
  }
}
