# Found by its name, or the only one that the cluster writes names into; who delegates to it is decided elsewhere.
data "aws_route53_zone" "this" {
  name         = var.zone
  zone_id      = var.zone == null ? try(one(var.zone_ids), null) : null
  private_zone = var.zone == null ? null : false

  lifecycle {
    precondition {
      condition     = var.zone != null || length(var.zone_ids) == 1
      error_message = "The cluster writes names into ${length(var.zone_ids)} zones of Route 53, so that ${var.domain_name} has to say which of them it is in: set zone."
    }

    postcondition {
      condition     = endswith(".${var.domain_name}", ".${trimsuffix(self.name, ".")}")
      error_message = "${var.domain_name} is not in ${trimsuffix(self.name, ".")}, the zone that the cluster writes names into: set zone to the one that it is in."
    }
  }
}

locals {
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
  }
}

# It stays: ACM renews the certificate as long as it finds the record. The record that leads to the load balancer is written by
# external-dns, out of the Ingress.
resource "aws_route53_record" "validation" {
  zone_id         = data.aws_route53_zone.this.zone_id
  name            = local.validation.name
  type            = local.validation.type
  records         = [local.validation.record]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [aws_route53_record.validation.fqdn]

  # ACM takes minutes. What takes longer is a zone that nobody delegates to, and waits in vain.
  timeouts {
    create = "20m"
  }
}
