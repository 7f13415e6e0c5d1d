# Found by its name; whose zone it is, and who delegates to it, is decided elsewhere.
data "aws_route53_zone" "this" {
  name         = var.zone
  private_zone = false
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
  name            = one(aws_acm_certificate.this.domain_validation_options).resource_record_name
  type            = one(aws_acm_certificate.this.domain_validation_options).resource_record_type
  records         = [one(aws_acm_certificate.this.domain_validation_options).resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [aws_route53_record.validation.fqdn]
}
