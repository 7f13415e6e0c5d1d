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
  identifier     = var.name
  engine         = "postgres"
  engine_version = var.engine_version
  instance_class = var.instance_class
  db_name        = var.database_name

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
  deletion_protection        = var.protection{% if has_retired %} && !var.retired{% endif %}
  skip_final_snapshot        = !var.protection
  final_snapshot_identifier  = "${var.name}-final"

  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
  monitoring_interval             = 60
  monitoring_role_arn             = aws_iam_role.monitoring.arn
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.key_arn

  depends_on = [aws_iam_role_policy_attachment.monitoring]
}
