resource "aws_budgets_budget" "this" {
  name         = {{ cluster.eks_name | hcl }}
  budget_type  = "COST"
  limit_amount = "1000"
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  cost_filter {
    name   = "Region"
    values = {{ [cluster.region] | hcl }}
  }
}
