package dev.millrace.service.command.options;

import dev.millrace.core.files.Sha256;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/**
 * The folder with copies of model versions from other machines. Each repository has a subfolder of
 * its own.
 *
 * @param folder the folder
 */
record CacheFolder(Path folder) {

  private static final int DIGITS = 12;

  /**
   * {@return the folder that the user has named, or the default folder}
   *
   * @param named the folder that the user has named, or null
   */
  static CacheFolder of(Path named) {
    return new CacheFolder(
        named == null ? usual(System.getenv(), System.getProperty("user.home")) : named);
  }

  /**
   * {@return the default folder, according to the XDG Base Directory Specification} A relative path
   * in {@code XDG_CACHE_HOME} is ignored, as the specification demands.
   */
  static Path usual(Map<String, String> environment, String home) {
    Path named = Path.of(environment.getOrDefault("XDG_CACHE_HOME", ""));
    Path base = named.isAbsolute() ? named : Path.of(home, ".cache");
    return base.resolve("millrace").resolve("models");
  }

  /**
   * {@return the folder for the copies of one repository}
   *
   * @param place the URI of the repository
   * @param endpoint the address of the S3 server, or null
   */
  Path of(String place, URI endpoint) {
    String whole = place.replaceFirst("/+$", "");
    String readable = whole.replaceFirst("^\\w+://", "").replaceAll("[^\\w.-]+", "-");
    String start = readable.substring(0, Math.min(readable.length(), 60));
    return folder.resolve(start + "-" + Sha256.of(endpoint + " " + whole).substring(0, DIGITS));
  }
}
