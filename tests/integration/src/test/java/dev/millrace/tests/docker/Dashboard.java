package dev.millrace.tests.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.testing.ContainerEngine;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Grafana's dashboard in the folder {@code docker/grafana}. */
final class Dashboard {

  private static final String FILE = "docker/grafana/dashboards/millrace.json";

  private Dashboard() {}

  /**
   * Returns the dashboard's queries, by the titles of their panels.
   *
   * @param rateInterval value that replaces Grafana's variable {@code $__rate_interval}
   */
  static Map<String, String> queries(String rateInterval) throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(ContainerEngine.ROOT.resolve(FILE).toFile());
    Map<String, String> queries = new LinkedHashMap<>();
    for (JsonNode panel : dashboard.get("panels")) {
      for (JsonNode target : panel.get("targets")) {
        queries.put(
            panel.get("title").asText() + " " + target.get("refId").asText(),
            target.get("expr").asText().replace("$__rate_interval", rateInterval));
      }
    }
    return queries;
  }
}
