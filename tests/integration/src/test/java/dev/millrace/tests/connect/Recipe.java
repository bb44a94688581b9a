package dev.millrace.tests.connect;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** The configurations of connectors on the page {@code connectors/connect/README.md}. */
final class Recipe {

  private static final Path PAGE =
      Path.of(System.getProperty("millrace.root", "../.."), "connectors/connect/README.md");
  private static final Pattern BLOCK =
      Pattern.compile("```json\n(.*?)```", Pattern.DOTALL | Pattern.MULTILINE);

  private Recipe() {}

  /** Returns the configuration with a connector's class. The caller may change it. */
  static Map<String, String> of(String connectorClass) throws IOException {
    ObjectMapper json = new ObjectMapper();
    for (String block :
        BLOCK.matcher(Files.readString(PAGE)).results().map(found -> found.group(1)).toList()) {
      Map<String, String> config = json.readValue(block, new TypeReference<>() {});
      if (connectorClass.equals(config.get("connector.class"))) {
        return config;
      }
    }
    throw new AssertionError(PAGE + " has no recipe with " + connectorClass);
  }
}
