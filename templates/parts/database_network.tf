resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "Private subnets of the cluster."
  subnet_ids  = var.subnet_ids
}

# Nodes and pods of the cluster come in, nobody else. Which pods is said by network policies: out of every application's
# namespace leads no way into the private subnets, but out of those that have a database. Security groups for single pods
# would need a network interface of each pod's own, and instance types that have them.
resource "aws_security_group" "this" {
  name        = var.name
  description = "Database of an application."
  vpc_id      = var.vpc_id

  tags = { Name = var.name }
}

resource "aws_vpc_security_group_ingress_rule" "postgresql" {
  security_group_id            = aws_security_group.this.id
  description                  = "PostgreSQL from the cluster."
  referenced_security_group_id = var.client_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}
