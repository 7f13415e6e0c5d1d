//! Kinds of what applications have in AWS, each as a row of facts.

use serde::{Serialize, Serializer};

/// What an application may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A queue and its dead-letter queue.
    Queue,
    /// A topic.
    Topic,
    /// A state machine.
    StateMachine,
    /// A bucket.
    Bucket,
    /// A container registry.
    Registry,
    /// An instance of RDS.
    Database,
    /// A cluster of Aurora.
    AuroraDatabase,
    /// A secret, without its value.
    Secret,
    /// A name with a certificate.
    Host,
    /// Who may log in to hosts.
    UserPool,
}

/// What holds for all of a kind.
#[derive(Debug)]
pub struct KindFacts {
    /// What one is called; with underscores, its module.
    pub word: &'static str,
    /// What is paid for.
    pub about: &'static str,
    /// The application's table of them: a key of the blueprint, a file and an output.
    pub key: &'static str,
    /// Names that its module is given.
    pub names: &'static [MadeName],
    /// What the module says of it.
    pub outputs: &'static [&'static str],
    /// Whether service accounts get rights by it.
    pub has_access: bool,
    /// Whether it is given what guards data: the environment's protection.
    pub is_protected: bool,
    /// Whether losing it loses data.
    pub holds_data: bool,
    /// Whether it is encrypted with the application's key.
    pub takes_key: bool,
    /// Under which name its logs begin, if the application's key encrypts any.
    pub log_groups: Option<&'static str>,
    /// The service that the role works for which it makes, if it makes one.
    pub role_of: Option<&'static str>,
    /// Actions of the role that applies it.
    pub actions: &'static [&'static str],
}

/// A name that is made of the blueprint's.
#[derive(Debug)]
pub struct MadeName {
    /// The module's variable.
    pub argument: &'static str,
    /// How it is made.
    pub pattern: &'static str,
    /// Whose name it becomes, and what the module adds behind it.
    pub carried: (&'static str, &'static str),
}

const fn made(
    argument: &'static str,
    pattern: &'static str,
    resource: &'static str,
    suffix: &'static str,
) -> MadeName {
    MadeName { argument, pattern, carried: (resource, suffix) }
}

/// Where a name is of letters and hyphens.
const PLAIN: &str = "{cluster}-{namespace}-{name}";
/// Where it is unique in all of AWS.
const GLOBAL: &str = "{cluster}-{namespace}-{name}-{account}";
/// Where names make folders.
const PATH: &str = "{cluster}/{namespace}/{name}";
/// A pod role's. No name of ours has a dot, so that two never become one.
pub const POD_ROLE: MadeName = made("name", "{cluster}.{namespace}.{name}", "aws_iam_role", "");

const NOTHING: KindFacts = KindFacts {
    word: "",
    about: "",
    key: "",
    names: &[],
    outputs: &["arn"],
    has_access: true,
    is_protected: false,
    holds_data: false,
    takes_key: false,
    log_groups: None,
    role_of: None,
    actions: &[],
};

const QUEUE: KindFacts = KindFacts {
    word: "queue",
    about: "queue of SQS and its dead-letter queue",
    key: "queues",
    names: &[made("name", PLAIN, "aws_sqs_queue", "-dead-letter")],
    outputs: &["arn", "url", "dead_letter_url"],
    actions: &[
        "sns:GetSubscriptionAttributes",
        "sns:SetSubscriptionAttributes",
        "sns:Subscribe",
        "sns:Unsubscribe",
        "sqs:CreateQueue",
        "sqs:DeleteQueue",
        "sqs:GetQueueAttributes",
        "sqs:ListQueueTags",
        "sqs:SetQueueAttributes",
        "sqs:TagQueue",
        "sqs:UntagQueue",
    ],
    ..NOTHING
};
const TOPIC: KindFacts = KindFacts {
    word: "topic",
    about: "topic of SNS",
    key: "topics",
    names: &[made("name", PLAIN, "aws_sns_topic", "")],
    actions: &[
        "sns:CreateTopic",
        "sns:DeleteTopic",
        "sns:GetTopicAttributes",
        "sns:ListTagsForResource",
        "sns:SetTopicAttributes",
        "sns:TagResource",
        "sns:UntagResource",
    ],
    ..NOTHING
};
const STATE_MACHINE: KindFacts = KindFacts {
    word: "state machine",
    about: "state machine of Step Functions and its log",
    key: "state_machines",
    names: &[
        made("name", PLAIN, "aws_sfn_state_machine", ""),
        made("role_name", "{cluster}.{namespace}.{name}.states", "aws_iam_role", ""),
    ],
    outputs: &["arn", "role_name"],
    takes_key: true,
    log_groups: Some("/aws/vendedlogs/states"),
    role_of: Some("states.amazonaws.com"),
    actions: &[
        "logs:CreateLogDelivery",
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:DescribeLogGroups",
        "logs:ListTagsForResource",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
        "states:CreateStateMachine",
        "states:DeleteStateMachine",
        "states:DescribeStateMachine",
        "states:ListStateMachineVersions",
        "states:ListTagsForResource",
        "states:TagResource",
        "states:UntagResource",
        "states:UpdateStateMachine",
        "states:ValidateStateMachineDefinition",
    ],
    ..NOTHING
};
const BUCKET: KindFacts = KindFacts {
    word: "bucket",
    about: "bucket of S3",
    key: "buckets",
    names: &[made("name", GLOBAL, "aws_s3_bucket", "")],
    outputs: &["arn", "name"],
    holds_data: true,
    actions: &[
        "s3:CreateBucket",
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:GetAccelerateConfiguration",
        "s3:GetBucket*",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration",
        "s3:ListBucket",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketTagging",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
    ],
    ..NOTHING
};
const REGISTRY: KindFacts = KindFacts {
    word: "registry",
    about: "repository of ECR",
    key: "registries",
    names: &[made("name", PATH, "aws_ecr_repository", "")],
    outputs: &["arn", "url"],
    holds_data: true,
    actions: &[
        "ecr:CreateRepository",
        "ecr:DeleteLifecyclePolicy",
        "ecr:DeleteRepository",
        "ecr:DescribeRepositories",
        "ecr:GetLifecyclePolicy",
        "ecr:ListTagsForResource",
        "ecr:PutImageScanningConfiguration",
        "ecr:PutImageTagMutability",
        "ecr:PutLifecyclePolicy",
        "ecr:TagResource",
        "ecr:UntagResource",
        "kms:CreateGrant",
        "kms:DescribeKey",
        "kms:RetireGrant",
    ],
    ..NOTHING
};
const DATABASE: KindFacts = KindFacts {
    word: "database",
    about: "PostgreSQL on RDS, with its standby",
    key: "databases",
    names: &[
        made("name", PLAIN, "aws_db_instance", "-2"),
        made("role_name", "{cluster}.{namespace}.{name}.monitoring", "aws_iam_role", ""),
    ],
    outputs: &["arn", "address", "port", "database_name", "secret_arn"],
    is_protected: true,
    holds_data: true,
    takes_key: true,
    log_groups: Some("/aws/rds/instance"),
    role_of: Some("monitoring.rds.amazonaws.com"),
    actions: &[
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:CreateSecurityGroup",
        "ec2:CreateTags",
        "ec2:DeleteSecurityGroup",
        "ec2:DeleteTags",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroupRules",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "logs:AssociateKmsKey",
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:DescribeLogGroups",
        "logs:ListTagsForResource",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
        "rds:AddTagsToResource",
        "rds:Create*",
        "rds:Delete*",
        "rds:Describe*",
        "rds:ListTagsForResource",
        "rds:Modify*",
        "rds:RemoveTagsFromResource",
        "rds:ResetDBClusterParameterGroup",
        "rds:ResetDBParameterGroup",
        "secretsmanager:CreateSecret",
        "secretsmanager:DescribeSecret",
        "secretsmanager:RotateSecret",
        "secretsmanager:TagResource",
    ],
    ..NOTHING
};
const AURORA_DATABASE: KindFacts = KindFacts {
    word: "aurora database",
    about: "PostgreSQL on Aurora, with its standby",
    log_groups: Some("/aws/rds/cluster"),
    ..DATABASE
};
const SECRET: KindFacts = KindFacts {
    word: "secret",
    about: "secret of Secrets Manager",
    key: "secrets",
    names: &[made("name", PATH, "aws_secretsmanager_secret", "")],
    outputs: &["arn", "name"],
    is_protected: true,
    holds_data: true,
    takes_key: true,
    actions: &[
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "secretsmanager:CreateSecret",
        "secretsmanager:DeleteSecret",
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetResourcePolicy",
        "secretsmanager:TagResource",
        "secretsmanager:UntagResource",
        "secretsmanager:UpdateSecret",
    ],
    ..NOTHING
};
const HOST: KindFacts = KindFacts {
    word: "host",
    about: "name in Route 53 and certificate of ACM, which cost nothing",
    key: "hosts",
    outputs: &["domain_name", "certificate_arn", "ingress_annotations"],
    has_access: false,
    actions: &[
        "acm:AddTagsToCertificate",
        "acm:DeleteCertificate",
        "acm:DescribeCertificate",
        "acm:ListTagsForCertificate",
        "acm:RemoveTagsFromCertificate",
        "acm:RequestCertificate",
        "route53:ChangeResourceRecordSets",
        "route53:GetChange",
        "route53:GetHostedZone",
        "route53:ListHostedZones",
        "route53:ListHostedZonesByName",
        "route53:ListResourceRecordSets",
        "route53:ListTagsForResource",
    ],
    ..NOTHING
};
const USER_POOL: KindFacts = KindFacts {
    word: "user pool",
    about: "user pool of Cognito",
    key: "user_pools",
    names: &[
        made("name", PLAIN, "aws_cognito_user_pool", ""),
        made("domain", GLOBAL, "aws_cognito_user_pool_domain", ""),
    ],
    outputs: &["arn", "id"],
    has_access: false,
    is_protected: true,
    holds_data: true,
    actions: &[
        "cognito-idp:CreateUserPool",
        "cognito-idp:CreateUserPoolClient",
        "cognito-idp:CreateUserPoolDomain",
        "cognito-idp:DeleteUserPool",
        "cognito-idp:DeleteUserPoolClient",
        "cognito-idp:DeleteUserPoolDomain",
        "cognito-idp:DescribeUserPool",
        "cognito-idp:DescribeUserPoolClient",
        "cognito-idp:DescribeUserPoolDomain",
        "cognito-idp:GetUserPoolMfaConfig",
        "cognito-idp:SetUserPoolMfaConfig",
        "cognito-idp:TagResource",
        "cognito-idp:UntagResource",
        "cognito-idp:UpdateUserPool",
        "cognito-idp:UpdateUserPoolClient",
    ],
    ..NOTHING
};

impl Kind {
    /// All of them, in the order in which the blueprint's reference has them.
    pub const ALL: [Self; 10] = [
        Self::Queue,
        Self::Topic,
        Self::StateMachine,
        Self::Bucket,
        Self::Registry,
        Self::Database,
        Self::AuroraDatabase,
        Self::Secret,
        Self::Host,
        Self::UserPool,
    ];

    /// Returns what holds for all of the kind.
    pub fn facts(self) -> &'static KindFacts {
        match self {
            Self::Queue => &QUEUE,
            Self::Topic => &TOPIC,
            Self::StateMachine => &STATE_MACHINE,
            Self::Bucket => &BUCKET,
            Self::Registry => &REGISTRY,
            Self::Database => &DATABASE,
            Self::AuroraDatabase => &AURORA_DATABASE,
            Self::Secret => &SECRET,
            Self::Host => &HOST,
            Self::UserPool => &USER_POOL,
        }
    }

    /// Returns the name of its module.
    pub fn module(self) -> String {
        self.facts().word.replace(' ', "_")
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.facts().word)
    }
}

/// Fills in what a name is made of.
pub fn name_of(pattern: &str, [cluster, namespace, name, account]: [&str; 4]) -> String {
    let parts =
        [("{cluster}", cluster), ("{namespace}", namespace), ("{name}", name), ("{account}", account)];
    parts.into_iter().fold(pattern.to_owned(), |text, (part, value)| text.replace(part, value))
}

/// Returns the name of a service account's role.
pub fn pod_role_name(cluster: &str, namespace: &str, service_account: &str) -> String {
    name_of(POD_ROLE.pattern, [cluster, namespace, service_account, ""])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_word_of_its_own() {
        let mut words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.facts().word).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Kind::ALL.len());
    }
}
