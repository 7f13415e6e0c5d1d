resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "Private subnets of the cluster."
  subnet_ids  = var.subnet_ids
}

# Nodes and pods of the cluster come in, nobody else: they share a security group, and one for single pods would need a network
# interface of each pod's own, and instance types that have them. Which pods is said by network policies, where the cluster enforces
# them: each application's databases have a port of their own, which no other application's pods get out to.
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
  from_port                    = var.port
  to_port                      = var.port
}
