# What a tenant gets and what it cannot ask for, without a cluster: terraform init && terraform test

mock_provider "aws" {
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::111111111111:policy/plinth/example/maps/example.maps.boundary" }
  }
}

mock_provider "kubernetes" {}

variables {
  cluster_name     = "example"
  partition        = "aws"
  state            = { bucket = "example-terraform-state", key_alias = "alias/example-terraform-state" }
  namespace        = "maps"
  application      = "maps"
  team             = "web"
  environment      = "staging"
  service_accounts = { api = {} }
{%- if has_network %}
  ports            = [8080, 9090]

  network = {
    vpc_cidrs      = ["10.0.0.0/16"]
    public_cidrs   = { us-east-1a = "10.0.96.0/24", us-east-1b = "10.0.97.0/24" }
{%- if has_databases %}
    private_cidrs  = { us-east-1a = "10.0.0.0/20", us-east-1b = "10.0.16.0/20" }
{%- endif %}
{%- if has_interface_endpoints %}
    endpoint_cidrs = {}
{%- endif %}
    api_cidr       = "172.20.0.1/32"
  }
{%- endif %}
}

run "bounds_an_application" {
  command = plan

  assert {
    condition     = kubernetes_namespace_v1.this.metadata[0].labels["pod-security.kubernetes.io/enforce"] == "restricted"
    error_message = "No pod runs as root."
  }

  assert {
    condition     = kubernetes_namespace_v1.this.metadata[0].labels["Team"] == "web"
    error_message = "Costs are counted by team."
  }

  assert {
    condition     = kubernetes_resource_quota_v1.this.spec[0].hard["services.nodeports"] == "4"
    error_message = "A load balancer takes node ports, two as a rule."
  }

  assert {
    condition     = alltrue([for account in kubernetes_service_account_v1.this : !account.automount_service_account_token])
    error_message = "No pod gets a token of the Kubernetes API unasked."
  }
}
{%- if has_network %}

run "lets_load_balancers_in_by_zone_and_port" {
  command = plan

  assert {
    condition     = length(kubernetes_network_policy_v1.from_load_balancers) == 4
    error_message = "Two zones, two ports."
  }
}
{%- endif %}
{%- if has_databases %}

run "lets_nobody_out_to_databases_that_has_none" {
  command = plan

  assert {
    condition     = length(kubernetes_network_policy_v1.to_databases) == 0
    error_message = "There is nothing to get out to."
  }
}

run "lets_pods_out_to_their_databases_by_zone" {
  command = plan

  variables {
    database_port = 21234
  }

  assert {
    condition = toset([
      for policy in kubernetes_network_policy_v1.to_databases :
      "${policy.spec[0].egress[0].to[0].ip_block[0].cidr} ${policy.spec[0].egress[0].ports[0].port}"
    ]) == toset(["10.0.0.0/20 21234", "10.0.16.0/20 21234"])
    error_message = "Each private subnet, on the application's own port."
  }
}
{%- endif %}

run "refuses_namespaces_of_kubernetes_and_odd_quantities" {
  command = plan

  variables {
    namespace = "kube-system"
    quota     = { memory = "much" }
  }

  expect_failures = [var.namespace, var.quota]
}
