package dev.millrace.service.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;

/**
 * The files that make up the page. The files are equal for all services, and contain no data of a
 * service.
 */
final class PageFiles {

  /**
   * A file.
   *
   * @param type its media type
   * @param bytes its content, which must not be changed
   */
  record PageFile(String type, byte[] bytes) {}

  private static final Map<String, PageFile> FILES =
      Map.of(
          "", read("page.html", "text/html; charset=utf-8"),
          "page.css", read("page.css", "text/css; charset=utf-8"),
          "page.js", read("page.js", "text/javascript; charset=utf-8"),
          "icon.svg", read("icon.svg", "image/svg+xml"));

  private PageFiles() {}

  /** Returns a file by its name below the page's folder; the empty name is the page itself. */
  static Optional<PageFile> find(String name) {
    return Optional.ofNullable(FILES.get(name));
  }

  private static PageFile read(String name, String type) {
    try (InputStream file = PageFiles.class.getResourceAsStream(name)) {
      if (file == null) {
        throw new IllegalStateException("the jar has no " + name);
      }
      return new PageFile(type, file.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
