package dev.millrace.blobs;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model on the Hugging Face Hub, as a URI of the form {@code hf://ORG/MODEL[@REVISION][/PATH]}.
 * Hugging Face's own tools use the same form.
 *
 * @param organisation the user or organisation that owns the model
 * @param model the name of the model
 * @param revision a branch, a tag or a commit; {@code main} if the URI names no revision
 * @param path the path of an ONNX file in the model's repository, or null
 */
public record HubRef(String organisation, String model, String revision, String path) {

  private static final String NAME = "[A-Za-z0-9_][\\w.-]*";

  /**
   * A revision contains a slash only as {@code %2F}, or in the references that the hub makes
   * itself, such as {@code refs/pr/1}.
   */
  private static final Pattern URI =
      Pattern.compile(
          "(?i:hf)://("
              + NAME
              + ")/("
              + NAME
              + ")(?:@(refs/(?:pr|convert)/[\\w.-]+|[^/@?#\\s]+))?(?:/([^?#]*))?");

  /**
   * {@return whether a text begins with {@code hf://}, in any case}
   *
   * @param text the text
   */
  public static boolean isMeant(String text) {
    return text.regionMatches(true, 0, "hf://", 0, "hf://".length());
  }

  /**
   * Parses a URI.
   *
   * @param uri the URI
   * @return the model that the URI names
   * @throws IllegalArgumentException if the URI has another form; the message repeats the URI
   */
  public static HubRef parse(String uri) {
    Matcher parts = URI.matcher(uri);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "'"
              + uri
              + "' names no model: write hf://ORG/MODEL, hf://ORG/MODEL@REVISION or"
              + " hf://ORG/MODEL@REVISION/onnx/model.onnx");
    }
    String revision = parts.group(3) == null ? "main" : parts.group(3).replaceAll("(?i)%2F", "/");
    String path = parts.group(4) == null ? "" : parts.group(4).replaceFirst("/+$", "");
    if (!path.isEmpty() && !HubFile.isPath(path)) {
      throw new IllegalArgumentException("'" + uri + "' has an impossible path: " + path);
    }
    return new HubRef(parts.group(1), parts.group(2), revision, path.isEmpty() ? null : path);
  }

  /** {@return the model's name on the hub: {@code ORG/MODEL}} */
  String id() {
    return organisation + "/" + model;
  }

  /** {@return the URI without the path of a file} */
  String place() {
    return "hf://" + id() + "@" + revision;
  }

  /** {@return the URI, with the revision} */
  @Override
  public String toString() {
    return path == null ? place() : place() + "/" + path;
  }
}
