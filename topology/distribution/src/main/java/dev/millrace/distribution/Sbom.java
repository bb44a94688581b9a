package dev.millrace.distribution;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a bill of materials in the JSON format of CycloneDX, as the Maven plugin of CycloneDX
 * writes it.
 */
final class Sbom {

  private static final Pattern CLASSIFIER = Pattern.compile("[?&]classifier=([^&]+)");
  private static final String OURS = "dev.millrace";

  /**
   * A third-party jar.
   *
   * @param artifact the Maven artifact's name
   * @param licences the licences that the artifact's POM declares, each as an SPDX identifier, a
   *     name or an SPDX expression
   */
  record Component(String artifact, List<String> licences) {}

  private Sbom() {}

  /** Returns the third-party jars of a bill of materials, by their file names. */
  static Map<String, Component> read(Path file) throws IOException {
    Map<String, Component> components = new TreeMap<>();
    for (JsonNode component : new ObjectMapper().readTree(file.toFile()).get("components")) {
      if (!component.path("group").asText().equals(OURS)) {
        String artifact = component.get("name").asText();
        Matcher classifier = CLASSIFIER.matcher(component.path("purl").asText());
        components.put(
            artifact
                + "-"
                + component.get("version").asText()
                + (classifier.find() ? "-" + classifier.group(1) : "")
                + ".jar",
            new Component(artifact, licences(component)));
      }
    }
    return components;
  }

  private static List<String> licences(JsonNode component) {
    List<String> licences = new ArrayList<>();
    for (JsonNode choice : component.path("licenses")) {
      JsonNode licence = choice.path("license");
      String id = licence.path("id").asText(licence.path("name").asText());
      licences.add(choice.path("expression").asText(id));
    }
    return licences;
  }
}
