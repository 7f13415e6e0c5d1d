output "id" {
  description = "Id of the user pool: administrators invite people to it."
  value       = aws_cognito_user_pool.this.id
}

output "arn" {
  description = "ARN of the user pool."
  value       = aws_cognito_user_pool.this.arn
}

output "ingress_annotations" {
  description = "Annotations of an Ingress that nobody gets past without logging in."
  value = {
    "alb.ingress.kubernetes.io/auth-type"                       = "cognito"
    "alb.ingress.kubernetes.io/auth-scope"                      = "email openid"
    "alb.ingress.kubernetes.io/auth-on-unauthenticated-request" = "authenticate"
    "alb.ingress.kubernetes.io/auth-idp-cognito" = jsonencode({
      userPoolARN      = aws_cognito_user_pool.this.arn
      userPoolClientID = aws_cognito_user_pool_client.load_balancer.id
      userPoolDomain   = aws_cognito_user_pool_domain.this.domain
    })
  }
}
