# Pods of applications stay off core nodes, where Karpenter and CoreDNS run: the taint there keeps out who does not tolerate it, and
# who names a node is asked by no taint.
resource "helm_release" "tenant_placement" {
  name      = "tenant-placement"
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
        metadata   = { name = "tenant-placement" }
        spec = {
          failurePolicy = "Fail"

          # Namespaces of applications have the label, others have not.
          matchConstraints = {
            namespaceSelector = { matchExpressions = [{ key = "Application", operator = "Exists" }] }
            resourceRules = [{
              apiGroups   = [""]
              apiVersions = ["v1"]
              operations  = ["CREATE", "UPDATE"]
              resources   = ["pods"]
            }]
          }

          # Tolerations may be added to a pod that waits. One that was there before stays as it is.
          matchConditions = [{
            name       = "is-asked-for"
            expression = "request.operation == 'CREATE' || object.spec != oldObject.spec"
          }]

          variables = [
            {
              name       = "tolerations"
              expression = "object.spec.?tolerations.orValue([])"
            },
            {
              name       = "terms"
              expression = "object.spec.?affinity.?nodeAffinity.?requiredDuringSchedulingIgnoredDuringExecution.?nodeSelectorTerms.orValue([])"
            },
          ]

          validations = [
            {
              expression = "variables.tolerations.all(it, !(it.?key.orValue('') in ['', 'CriticalAddonsOnly']))"
              message    = "core nodes are the platform's: tolerate taints by their keys, and not CriticalAddonsOnly"
            },
            {
              expression = "object.spec.?nodeSelector[?'node-type'].orValue('') != 'core'"
              message    = "core nodes are the platform's: select another node-type than core"
            },
            {
              expression = "!variables.terms.exists(term, term.?matchExpressions.orValue([]).exists(it, it.key == 'node-type' && it.operator == 'In' && 'core' in it.?values.orValue([])))"
              message    = "core nodes are the platform's: require another node-type than core"
            },
            {
              expression = "request.operation != 'CREATE' || object.spec.?nodeName.orValue('') == ''"
              message    = "pods of applications are placed by the scheduler: leave out nodeName"
            },
          ]
        }
      },
      {
        apiVersion = "admissionregistration.k8s.io/v1"
        kind       = "ValidatingAdmissionPolicyBinding"
        metadata   = { name = "tenant-placement" }
        spec       = { policyName = "tenant-placement", validationActions = ["Deny"] }
      },
    ]
  })]
}
