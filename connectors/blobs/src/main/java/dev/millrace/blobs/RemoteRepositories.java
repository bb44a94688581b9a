package dev.millrace.blobs;

import dev.millrace.core.repository.RemoteModelRepository;
import dev.millrace.core.repository.RemoteVersions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Opens model repositories by their URIs: {@code s3://bucket/prefix} or {@code https://host/path}.
 * A repository on a web server is read-only. A repository may be in any network, because its URI
 * comes from the operator and not from a record.
 */
public final class RemoteRepositories {

  /**
   * A URI's scheme has at least two letters here, because a single letter before a colon names a
   * drive on Windows.
   */
  private static final Pattern URI = Pattern.compile("[a-zA-Z][\\w+.-]+://.*");

  private static final Pattern REMOTE = Pattern.compile("(?i)(?:s3|https?)://.*");
  private static final Networks ANY = Networks.publicAnd(List.of("0.0.0.0/0", "::/0"));

  /**
   * The limits are generous, because a model may have many gigabytes and its files may arrive
   * slowly.
   */
  private static final FetchLimits LIMITS =
      new FetchLimits(
          1L << 40, Duration.ofHours(2), Duration.ofSeconds(10), Duration.ofSeconds(30), 8);

  private RemoteRepositories() {}

  /**
   * {@return whether a repository's place is a URI, and not the path of a folder} {@link #open}
   * refuses URIs with an unknown scheme.
   *
   * @param place a URI or the path of a folder
   */
  public static boolean isRemote(String place) {
    return URI.matcher(place).matches();
  }

  /**
   * Opens a repository. Does not connect yet.
   *
   * @param place {@code s3://bucket/prefix}, or an {@code https:} or {@code http:} URI
   * @param cache the folder for copies of the versions that are used; each place needs its own
   *     folder
   * @param s3 the access to S3
   * @param warnings receives a message each time the cache is used because the repository is
   *     unreachable
   * @return the repository; the caller closes it
   * @throws IllegalArgumentException if the place is not a URI of this form; the message names it
   * @throws IllegalStateException if the place is in S3, but the AWS SDK is not on the class path
   *     or finds no region
   */
  public static RemoteModelRepository open(
      String place, Path cache, S3Access s3, Consumer<String> warnings) {
    if (!REMOTE.matcher(place).matches()) {
      throw new IllegalArgumentException(
          "'"
              + place
              + "' names no model repository; name a folder by its path only,"
              + " s3://BUCKET/PREFIX, https://HOST/PATH, or hf://ORG/MODEL@REVISION");
    }
    String base = place.replaceFirst("/+$", "");
    AllowList itself = AllowList.of(List.of(base));
    Fetcher fetcher = new Fetcher(new FetchConfig(itself, ANY, LIMITS, s3));
    RemoteVersions versions =
        itself.places(ObjectRef.class).stream()
            .findFirst()
            .<RemoteVersions>map(
                bucket ->
                    new S3Versions(
                        base, fetcher, new S3Folder(() -> S3Clients.open(s3, LIMITS), bucket)))
            .orElseGet(() -> new WebVersions(base, fetcher));
    return new RemoteModelRepository(versions, cache, warnings);
  }
}
