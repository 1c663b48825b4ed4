#!/usr/bin/env bash
# What claimstream needs in a Google Cloud project. Safe to run again.
#   deploy/google/setup.sh PROJECT BUCKET REGION
set -euo pipefail
project=${1:?usage: setup.sh PROJECT BUCKET REGION} bucket=${2:?bucket} region=${3:?region, such as europe-west3}
account="claimstream@${project}.iam.gserviceaccount.com"

gcloud services enable gmail.googleapis.com pubsub.googleapis.com storage.googleapis.com --project "$project"
gcloud iam service-accounts describe "$account" --project "$project" >/dev/null 2>&1 ||
  gcloud iam service-accounts create claimstream --project "$project" --display-name claimstream

gcloud storage buckets describe "gs://${bucket}" >/dev/null 2>&1 ||
  gcloud storage buckets create "gs://${bucket}" --project "$project" --location "$region" \
    --uniform-bucket-level-access --public-access-prevention
# The second role lets `claimstream doctor` look at the bucket itself, as pubsub.viewer below at topics and subscriptions.
for role in roles/storage.objectUser roles/storage.legacyBucketReader; do
  gcloud storage buckets add-iam-policy-binding "gs://${bucket}" --member "serviceAccount:${account}" --role "$role"
done

# Topics and subscriptions with their dead-letter policy: the same code that the worker relies on.
GOOGLE_CLOUD_PROJECT="$project" claimstream setup

# Gmail itself publishes the notifications.
gcloud pubsub topics add-iam-policy-binding gmail-notifications --project "$project" \
  --member serviceAccount:gmail-api-push@system.gserviceaccount.com --role roles/pubsub.publisher
# gmail-notifications: `claimstream dead redrive` puts notifications back.
for topic in emails emails-dead gmail-notifications; do
  gcloud pubsub topics add-iam-policy-binding "$topic" --project "$project" \
    --member "serviceAccount:${account}" --role roles/pubsub.publisher
done
# Dead-lettering is done by Pub/Sub itself: take from the subscriptions, put into the topic.
agent="service-$(gcloud projects describe "$project" --format 'value(projectNumber)')@gcp-sa-pubsub.iam.gserviceaccount.com"
gcloud pubsub topics add-iam-policy-binding emails-dead --project "$project" \
  --member "serviceAccount:${agent}" --role roles/pubsub.publisher
for subscription in gmail-notifications emails; do
  gcloud pubsub subscriptions add-iam-policy-binding "$subscription" --project "$project" \
    --member "serviceAccount:${agent}" --role roles/pubsub.subscriber
done
# The third one is for `claimstream dead`; it keeps what is dead until somebody has redriven it.
for subscription in gmail-notifications emails emails-dead; do
  for role in roles/pubsub.subscriber roles/pubsub.viewer; do
    gcloud pubsub subscriptions add-iam-policy-binding "$subscription" --project "$project" \
      --member "serviceAccount:${account}" --role "$role"
  done
done
for topic in gmail-notifications emails emails-dead; do
  gcloud pubsub topics add-iam-policy-binding "$topic" --project "$project" \
    --member "serviceAccount:${account}" --role roles/pubsub.viewer
done
