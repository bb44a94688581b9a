package dev.millrace.blobs;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Parses the URIs of data, and the URIs of an allow-list. */
final class RefParser {

  private static final int LONGEST = 8 * 1024;
  private static final Pattern ASCII = Pattern.compile("[\\x21-\\x7e]+");
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  private static final String VERSION_ID = "versionId=";

  private RefParser() {}

  /** Parses the URI of one file, object or page. */
  static DataRef parse(String text) {
    DataRef ref = read(text);
    boolean folder =
        (ref instanceof FileRef && (ref.path().isEmpty() || ref.path().contains("")))
            || (ref instanceof ObjectRef object && object.key().isEmpty());
    if (folder) {
      throw refused("it names no file or object");
    }
    return ref;
  }

  /**
   * Parses the URI of a place in an allow-list. The URI must have no query, and may have any path.
   */
  static DataRef parsePlace(String text) {
    DataRef ref = read(text);
    boolean query =
        (ref instanceof WebRef web && web.target().indexOf('?') >= 0)
            || (ref instanceof ObjectRef object && object.versionId() != null);
    if (query) {
      throw refused("a place has no query");
    }
    return ref;
  }

  private static DataRef read(String text) {
    URI uri = syntax(text);
    if (uri.getScheme() == null || uri.isOpaque()) {
      throw refused("it is not an absolute URI such as https://host/path");
    }
    if (uri.getRawFragment() != null) {
      throw refused("it has a fragment (#)");
    }
    if (uri.getRawUserInfo() != null
        || (uri.getRawAuthority() != null && uri.getRawAuthority().indexOf('@') >= 0)) {
      throw refused("it has a user name");
    }
    List<String> path = PathSegments.of(uri.getRawPath());
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    return switch (scheme) {
      case "file" -> file(uri, path);
      case "s3" -> object(uri, path);
      case "http", "https" -> web(scheme, uri, path);
      default -> throw refused("its scheme is none of file, http, https and s3");
    };
  }

  private static URI syntax(String text) {
    if (text.length() > LONGEST) {
      throw refused("it is longer than " + LONGEST + " characters");
    }
    if (!ASCII.matcher(text).matches()) {
      throw refused("it has characters that a URI must percent-encode");
    }
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      // The new exception has no cause, because the message of the cause repeats the URI.
      throw new IllegalArgumentException("it is not a valid URI", null);
    }
  }

  private static FileRef file(URI uri, List<String> path) {
    if (uri.getRawAuthority() != null) {
      throw refused("a file has no host: write file:///path");
    }
    if (uri.getRawQuery() != null) {
      throw refused("a file has no query");
    }
    return new FileRef(PathSegments.requireWhole(path));
  }

  private static ObjectRef object(URI uri, List<String> path) {
    String bucket = uri.getRawAuthority();
    if (bucket == null || !BUCKET.matcher(bucket).matches() || bucket.contains("..")) {
      throw refused("its bucket's name is not valid");
    }
    String query = uri.getRawQuery();
    if (query == null) {
      return new ObjectRef(bucket, path, null);
    }
    String version = query.startsWith(VERSION_ID) ? query.substring(VERSION_ID.length()) : "";
    if (version.isEmpty() || version.indexOf('&') >= 0 || version.indexOf('%') >= 0) {
      throw refused("its query is not ?versionId=…");
    }
    return new ObjectRef(bucket, path, version);
  }

  private static WebRef web(String scheme, URI uri, List<String> path) {
    int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
    if (port < 1 || port > 65535) {
      throw refused("its port is not between 1 and 65535");
    }
    String rawPath = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String target = uri.getRawQuery() == null ? rawPath : rawPath + "?" + uri.getRawQuery();
    return new WebRef(
        scheme, HostName.of(uri.getHost()), port, PathSegments.requireWhole(path), target);
  }

  private static IllegalArgumentException refused(String problem) {
    return new IllegalArgumentException(problem);
  }
}
