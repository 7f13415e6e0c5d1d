# What leaves an application's pods is the platform's to say. Policies add up, so that one of the application's own could open the
# way to what belongs to another; what comes in concerns the application alone. Whoever may raise its quota is the platform.
resource "helm_release" "tenant_network" {
{%- if network_differs %}
  count = var.network_policy ? 1 : 0
{% endif %}
  name      = "tenant-network"
  namespace = "kube-system"
  chart     = "${path.module}/charts/objects"
  wait      = true
  atomic    = true
  timeout   = 300

  values = [yamlencode({
    objects = [
      {
        apiVersion = "admissionregistration.k8s.io/v1"
        kind       = "ValidatingAdmissionPolicy"
        metadata   = { name = "tenant-network" }
        spec = {
          failurePolicy = "Fail"

          # Namespaces of applications have the label, others have not.
          matchConstraints = {
            namespaceSelector = { matchExpressions = [{ key = "Application", operator = "Exists" }] }
            resourceRules = [{
              apiGroups   = ["networking.k8s.io"]
              apiVersions = ["v1"]
              operations  = ["CREATE", "UPDATE", "DELETE"]
              resources   = ["networkpolicies"]
            }]
          }

          # A namespace that goes takes its policies along: what deletes them may delete its quota, too.
          matchConditions = [{
            name       = "not-the-platform"
            expression = "!authorizer.group('').resource('resourcequotas').namespace(request.namespace).check(request.operation == 'DELETE' ? 'delete' : 'update').allowed()"
          }]

          variables = [{
            name       = "touched"
            expression = "(request.operation == 'DELETE' ? [] : [object]) + (request.operation == 'CREATE' ? [] : [oldObject])"
          }]

          validations = [{
            expression = "variables.touched.all(policy, has(policy.spec.policyTypes) && policy.spec.policyTypes == ['Ingress'])"
            message    = "what goes out of an application's pods is said by the platform: write policies with policyTypes: [Ingress], and ask it for \"egress\""
          }]
        }
      },
      {
        apiVersion = "admissionregistration.k8s.io/v1"
        kind       = "ValidatingAdmissionPolicyBinding"
        metadata   = { name = "tenant-network" }
        spec       = { policyName = "tenant-network", validationActions = ["Deny"] }
      },
    ]
  })]
}
