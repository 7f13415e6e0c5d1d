resource "aws_db_parameter_group" "this" {
  name   = "${var.name}-${var.engine_version}"
  family = "postgres${var.engine_version}"
  description = "Encrypted connections alone, and slow statements in the log."

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  # Changes of the schema, and what takes a second or longer.
  parameter {
    name  = "log_statement"
    value = "ddl"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  # The server leaves one of an older version before it goes.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "this" {
  identifier = var.name

  # Another version, minor or major, comes when the blueprint says so: it is applied at once, with the outage that it takes.
  # In the maintenance window instead, the apply would end before the change, and the old parameter group would still be in use.
  allow_major_version_upgrade = true
  apply_immediately           = true

  engine         = "postgres"
  engine_version = var.engine_version
  instance_class = var.instance_class
  db_name        = var.database_name
  port           = var.port

  # RDS makes the password, keeps it in Secrets Manager and changes it every week.
  username                      = "postgres"
  manage_master_user_password   = true
  master_user_secret_kms_key_id = var.key_arn

  iam_database_authentication_enabled = true

  storage_type          = "gp3"
  allocated_storage     = var.storage_gib
  max_allocated_storage = var.storage_gib * 4
  storage_encrypted     = true
  kms_key_id            = var.key_arn

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]
  publicly_accessible    = false
  network_type           = var.network_type
  multi_az               = var.standby
  parameter_group_name   = aws_db_parameter_group.this.name
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  auto_minor_version_upgrade = true
  backup_retention_period    = var.protection ? 30 : 7
  copy_tags_to_snapshot      = true
  deletion_protection        = coalesce(var.deletion_protection, var.protection){% if has_retired %} && !var.retired{% endif %}
  skip_final_snapshot        = !var.protection
  final_snapshot_identifier  = "${var.name}-final-${substr(terraform_data.final_snapshot.id, 0, 8)}"

  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
  monitoring_interval             = 60
  monitoring_role_arn             = aws_iam_role.monitoring.arn
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.key_arn

  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy_attachment.monitoring]
}

# RDS would make them without an end and without a key.
resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(["postgresql", "upgrade"])

  name              = "/aws/rds/instance/${var.name}/${each.key}"
  retention_in_days = 365
  kms_key_id        = var.key_arn
}

# The last snapshot of a former server of this name may still be there.
resource "terraform_data" "final_snapshot" {}
