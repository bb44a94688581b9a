package dev.millrace.blobs;

import dev.millrace.core.repository.RemoteModelRepository;
import dev.millrace.core.repository.RemoteVersions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Opens model repositories by their URIs: {@code s3://bucket/prefix}, and {@code
 * https://host/path}, which is read only. The place may be in any network, because the operator
 * names it, and not a record.
 */
public final class RemoteRepositories {

  /** One letter is the drive of a path on Windows. */
  private static final Pattern URI = Pattern.compile("[a-zA-Z][\\w+.-]+://.*");

  private static final Pattern REMOTE = Pattern.compile("(?i)(?:s3|https?)://.*");
  private static final Networks ANY = Networks.publicAnd(List.of("0.0.0.0/0", "::/0"));

  /** A model may have many gigabytes, and its last file may come slowly. */
  private static final FetchLimits LIMITS =
      new FetchLimits(
          1L << 40, Duration.ofHours(2), Duration.ofSeconds(10), Duration.ofSeconds(30), 8);

  private RemoteRepositories() {}

  /**
   * {@return whether a repository's place is a URI, and not a folder} {@link #open} refuses the
   * URIs that it does not know.
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
   * @param cache the folder for copies of the versions that are used; one for each place
   * @param s3 how to reach S3
   * @param warnings receives a sentence whenever the cache stands in for the repository
   * @return the repository; the caller closes it
   * @throws IllegalArgumentException if the place is no such URI; the message names it
   * @throws IllegalStateException if S3 is needed, and the AWS SDK is not on the class path or
   *     finds no region
   */
  public static RemoteModelRepository open(
      String place, Path cache, S3Access s3, Consumer<String> warnings) {
    if (!REMOTE.matcher(place).matches()) {
      throw new IllegalArgumentException(
          "'"
              + place
              + "' is no place of a model repository; name a folder by its path alone,"
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
                    new S3Versions(base, fetcher, new S3Folder(S3Clients.open(s3, LIMITS), bucket)))
            .orElseGet(() -> new WebVersions(base, fetcher));
    return new RemoteModelRepository(versions, cache, warnings);
  }
}
