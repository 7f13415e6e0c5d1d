# Found by its name; whose zone it is, and who delegates to it, is decided elsewhere.
data "aws_route53_zone" "this" {
  count = var.zone == null ? 0 : 1

  name         = var.zone
  private_zone = false
}

locals {
  zone_id = var.zone == null ? try(one(var.zone_ids), null) : data.aws_route53_zone.this[0].zone_id

  # One name, so one record proves whose it is. Providers that are made up, as in tests, know of none.
  validation = {
    name   = try(one(aws_acm_certificate.this.domain_validation_options).resource_record_name, "_validation.${var.domain_name}")
    type   = try(one(aws_acm_certificate.this.domain_validation_options).resource_record_type, "CNAME")
    record = try(one(aws_acm_certificate.this.domain_validation_options).resource_record_value, "_validation.${var.domain_name}")
  }
}

resource "aws_acm_certificate" "this" {
  domain_name       = var.domain_name
  validation_method = "DNS"

  # A load balancer goes on using the old one until the new one is there.
  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = var.zone != null || length(var.zone_ids) == 1
      error_message = "The cluster writes names into ${length(var.zone_ids)} zones of Route 53, so that ${var.domain_name} has to say which of them it is in: set zone."
    }
  }
}

# It stays: ACM renews the certificate as long as it finds the record. The record that leads to the load balancer is written by
# external-dns, out of the Ingress.
resource "aws_route53_record" "validation" {
  zone_id         = local.zone_id
  name            = local.validation.name
  type            = local.validation.type
  records         = [local.validation.record]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [aws_route53_record.validation.fqdn]
}
