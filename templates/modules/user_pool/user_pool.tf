# People log in with their address. Nobody signs up by himself: administrators invite.
resource "aws_cognito_user_pool" "this" {
  name                     = var.name
  username_attributes      = ["email"]
  auto_verified_attributes = ["email"]
  mfa_configuration        = var.mfa_required ? "ON" : "OPTIONAL"
  deletion_protection      = coalesce(var.deletion_protection, var.protection) ? "ACTIVE" : "INACTIVE"

  username_configuration {
    case_sensitive = false
  }

  admin_create_user_config {
    allow_admin_create_user_only = true
  }

  software_token_mfa_configuration {
    enabled = true
  }

  password_policy {
    minimum_length                   = 14
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = true
    require_uppercase                = true
    temporary_password_validity_days = 7
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }
}

# Where people log in: https://<domain>.auth.<region>.amazoncognito.com
resource "aws_cognito_user_pool_domain" "this" {
  domain       = var.domain
  user_pool_id = aws_cognito_user_pool.this.id
}

# For load balancers, which send people to log in before any request reaches a pod.
resource "aws_cognito_user_pool_client" "load_balancer" {
  name         = "load-balancer"
  user_pool_id = aws_cognito_user_pool.this.id

  callback_urls = [for name in var.domain_names : "https://${name}/oauth2/idpresponse"]

  allowed_oauth_flows                  = ["code"]
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_scopes                 = ["email", "openid"]
  supported_identity_providers         = ["COGNITO"]
  generate_secret                      = true
  prevent_user_existence_errors        = "ENABLED"
}
