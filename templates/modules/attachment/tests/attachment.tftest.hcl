# What an attachment takes and what it refuses, without AWS: terraform init && terraform test

mock_provider "aws" {
  override_data {
    target = data.aws_eks_cluster.this
    values = {
      arn     = "arn:aws:eks:us-east-1:111111111111:cluster/example"
      status  = "ACTIVE"
      version = "1.36"

      vpc_config = [{
        vpc_id                    = "vpc-0123456789abcdef0"
        cluster_security_group_id = "sg-0123456789abcdef0"
        control_plane_egress_mode = ""
        endpoint_private_access   = true
        endpoint_public_access    = false
        public_access_cidrs       = []
        security_group_ids        = []
        subnet_ids                = []
      }]
      kubernetes_network_config = [{
        elastic_load_balancing = []
        ip_family              = "ipv4"
        service_ipv4_cidr      = "172.20.0.0/16"
        service_ipv6_cidr      = ""
      }]
      identity              = [{ oidc = [{ issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE" }] }]
      certificate_authority = [{ data = "" }]
    }
  }

  override_data {
    target = data.aws_ssm_parameters_by_path.contract
    values = {
      names = ["/plinth/example/cluster", "/plinth/example/services"]
      values = [
        "{\"contract\":\"1.1\",\"cluster\":\"example\",\"environment\":\"staging\",\"vpc_id\":\"vpc-0123456789abcdef0\",\"vpc_cidr\":\"10.0.0.0/16\",\"vpc_cidrs\":[\"10.0.0.0/16\"],\"private_cidrs\":{\"us-east-1a\":\"10.0.0.0/20\"},\"public_cidrs\":{\"us-east-1a\":\"10.0.96.0/24\"},\"endpoint_cidrs\":{},\"private_subnets\":{\"us-east-1a\":\"subnet-1\"},\"public_subnets\":{\"us-east-1a\":\"subnet-2\"},\"oidc_provider_arn\":\"arn:aws:iam::111111111111:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE\",\"node_role_arn\":null,\"karpenter_node_role_arn\":null}",
        "{\"contract\":\"1.1\",\"cluster\":\"example\",\"node_types\":[\"core\",\"worker\"],\"storage_class\":\"gp3\",\"ingress_class\":\"alb\",\"load_balancer_class\":null,\"features\":{\"network_policy\":true}}",
      ]
    }
  }
}

variables {
  cluster_name = "example"
  tenant       = { namespace = "maps", application = "maps", team = "web" }
}

run "takes_what_the_platform_publishes" {
  command = plan

  assert {
    condition     = output.permissions_boundary_arn == "arn:aws:iam::111111111111:policy/plinth/example/maps/example.maps.boundary"
    error_message = "The boundary is the tenant module's."
  }

  assert {
    condition     = output.network.api_cidr == "172.20.0.1/32"
    error_message = "The API has the first address of the Services."
  }

  assert {
    condition     = output.cost_labels == tomap({ Application = "maps", Environment = "staging", Team = "web" })
    error_message = "Cost labels have the keys of tags."
  }
}

run "refuses_another_major_version" {
  command = plan

  override_data {
    target = data.aws_ssm_parameters_by_path.contract
    values = {
      names  = ["/plinth/example/cluster", "/plinth/example/services"]
      values = ["{\"contract\":\"2.0\",\"cluster\":\"example\"}", "{\"contract\":\"2.0\",\"cluster\":\"example\"}"]
    }
  }

  expect_failures = [data.aws_eks_cluster.this]
}

run "refuses_a_cluster_without_services" {
  command = plan

  override_data {
    target = data.aws_ssm_parameters_by_path.contract
    values = {
      names  = ["/plinth/example/cluster"]
      values = ["{\"contract\":\"1.1\",\"cluster\":\"example\",\"vpc_id\":\"vpc-0123456789abcdef0\"}"]
    }
  }

  expect_failures = [data.aws_eks_cluster.this]
}

run "refuses_a_stranger" {
  command = plan

  override_data {
    target = data.aws_ssm_parameters_by_path.contract
    values = { names = [], values = [] }
  }

  expect_failures = [data.aws_ssm_parameters_by_path.contract]
}

run "refuses_an_old_cluster" {
  command = plan

  variables {
    minimum_kubernetes_version = "1.37"
  }

  expect_failures = [data.aws_eks_cluster.this]
}
