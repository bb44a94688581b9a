package dev.millrace.tests.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import java.io.IOException;
import java.util.Map;

/** Checks objects against Kubernetes' own schemas: unknown and missing fields, and wrong types. */
final class Schemas {

  private interface Check {
    void check(JsonElement object) throws IOException;
  }

  private static final Map<String, Check> KNOWN =
      Map.of(
          "apps/v1 Deployment", V1Deployment::validateJsonElement,
          "v1 Service", V1Service::validateJsonElement,
          "v1 ServiceAccount", V1ServiceAccount::validateJsonElement,
          "policy/v1 PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement,
          "networking.k8s.io/v1 NetworkPolicy", V1NetworkPolicy::validateJsonElement);

  private Schemas() {}

  /** Returns whether Kubernetes itself has this kind of object. */
  static boolean has(JsonNode object) {
    return KNOWN.containsKey(kind(object));
  }

  /** Throws {@link IllegalArgumentException} if the object does not fit its schema. */
  static void check(JsonNode object) throws IOException {
    KNOWN.get(kind(object)).check(JsonParser.parseString(object.toString()));
  }

  private static String kind(JsonNode object) {
    return object.get("apiVersion").asText() + " " + object.get("kind").asText();
  }
}
