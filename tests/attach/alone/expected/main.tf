# Begun by "plinth attach", and yours: plinth never touches it again.

# An example to begin with: two pods that answer HTTP, in the application's namespace, under the rules that hold there. Put the
# application's own in its place; AWS resources go into files of their own beside this one.
resource "kubernetes_deployment_v1" "example" {
  #checkov:skip=CKV_K8S_43:an example; an image of the application's own is named by its digest

  metadata {
    name      = "franklin-example"
    namespace = module.attachment.namespace
    labels    = module.attachment.cost_labels
  }

  spec {
    replicas = 2

    selector {
      match_labels = { app = "franklin-example" }
    }

    template {
      metadata {
        labels = merge(module.attachment.cost_labels, { app = "franklin-example" })
      }

      spec {
        service_account_name            = module.attachment.service_accounts[0]
        automount_service_account_token = false

        security_context {
          run_as_non_root = true
          run_as_user     = 10001

          seccomp_profile {
            type = "RuntimeDefault"
          }
        }

        container {
          name              = "example"
          image             = "registry.k8s.io/e2e-test-images/agnhost:2.53"
          image_pull_policy = "Always"
          args              = ["netexec", "--http-port=8080"]

          port {
            name           = "http"
            container_port = 8080
          }

          resources {
            requests = { cpu = "100m", memory = "64Mi" }
            limits   = { cpu = "200m", memory = "128Mi" }
          }

          readiness_probe {
            http_get {
              path = "/healthz"
              port = "http"
            }
          }

          liveness_probe {
            http_get {
              path = "/healthz"
              port = "http"
            }
          }

          security_context {
            allow_privilege_escalation = false
            read_only_root_filesystem  = true

            capabilities {
              drop = ["ALL"]
            }
          }
        }
      }
    }
  }
}
