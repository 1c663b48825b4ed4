#!/usr/bin/env bash
# What claimstream needs in a Google Cloud project. Safe to run again: it gives rights, and takes none away.
#   deploy/google/setup.sh PROJECT BUCKET REGION [OPERATORS]
# OPERATORS: who runs `claimstream dead` and `audit`, such as group:bereitschaft@kanzlei.example. The workers may not do
# what only these commands need.
set -euo pipefail
usage="usage: setup.sh PROJECT BUCKET REGION [OPERATORS]"
project=${1:?$usage} bucket=${2:?$usage} region=${3:?$usage, such as europe-west3} operators=${4:-}
account="claimstream@${project}.iam.gserviceaccount.com"

on_topic() { # TOPIC MEMBER ROLE
  gcloud pubsub topics add-iam-policy-binding "$1" --project "$project" --member "$2" --role "$3"
}
on_subscription() { # SUBSCRIPTION MEMBER ROLE
  gcloud pubsub subscriptions add-iam-policy-binding "$1" --project "$project" --member "$2" --role "$3"
}

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
on_topic gmail-notifications serviceAccount:gmail-api-push@system.gserviceaccount.com roles/pubsub.publisher

# The workers: take notifications and emails, publish emails, and what cannot be recorded.
for subscription in gmail-notifications emails; do
  on_subscription "$subscription" "serviceAccount:${account}" roles/pubsub.subscriber
done
for topic in emails emails-dead; do
  on_topic "$topic" "serviceAccount:${account}" roles/pubsub.publisher
done

# Dead-lettering is done by Pub/Sub itself: take from the subscriptions, put into the topic.
agent="service-$(gcloud projects describe "$project" --format 'value(projectNumber)')@gcp-sa-pubsub.iam.gserviceaccount.com"
on_topic emails-dead "serviceAccount:${agent}" roles/pubsub.publisher
for subscription in gmail-notifications emails; do
  on_subscription "$subscription" "serviceAccount:${agent}" roles/pubsub.subscriber
done

# The operators: look at what is dead, and put it back where it came from.
if [ -n "$operators" ]; then
  on_subscription emails-dead "$operators" roles/pubsub.subscriber
  for topic in gmail-notifications emails; do
    on_topic "$topic" "$operators" roles/pubsub.publisher
  done
fi

# `claimstream doctor` looks whether they are there.
for member in "serviceAccount:${account}" ${operators:+"$operators"}; do
  for name in gmail-notifications emails emails-dead; do
    on_topic "$name" "$member" roles/pubsub.viewer
    on_subscription "$name" "$member" roles/pubsub.viewer
  done
done
