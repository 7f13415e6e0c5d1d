output "domain_name" {
  description = "Name that people call."
  value       = aws_acm_certificate.this.domain_name
}

output "certificate_arn" {
  description = "ARN of the certificate, once it is issued."
  value       = aws_acm_certificate_validation.this.certificate_arn
}

output "ingress_annotations" {
  description = "Annotations of an Ingress with that name as its host: a load balancer on the internet that speaks HTTPS alone and reaches pods by their addresses."
  value = merge({
    "alb.ingress.kubernetes.io/certificate-arn" = aws_acm_certificate_validation.this.certificate_arn
    "alb.ingress.kubernetes.io/listen-ports"    = jsonencode([{ HTTPS = 443 }])
    "alb.ingress.kubernetes.io/scheme"          = "internet-facing"
    "alb.ingress.kubernetes.io/ssl-policy"      = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    "alb.ingress.kubernetes.io/target-type"     = "ip"
  }, length(var.tags) == 0 ? {} : {
    "alb.ingress.kubernetes.io/tags" = join(",", [for key, value in var.tags : "${key}=${value}"])
  })
}
