package dev.millrace.blobs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The places from which a {@link Fetcher} may read. Each place is a URI, and admits its own URI and
 * all URIs below it.
 *
 * <ul>
 *   <li>{@code https://a.example/images} admits {@code https://a.example/images/1.png?size=2}, but
 *       neither {@code https://a.example/images-2/1.png} nor another scheme, host or port.
 *   <li>{@code s3://bucket/images} admits the keys {@code images} and {@code images/…}.
 *   <li>{@code file:///data/images} admits the files in this folder and below it. A link is
 *       admitted only if it leads to a file below a listed folder.
 * </ul>
 *
 * <p>An empty list admits nothing. There are no wildcards.
 */
public final class AllowList {

  private final List<String> texts;
  private final List<DataRef> places;

  private AllowList(List<String> texts, List<DataRef> places) {
    this.texts = texts;
    this.places = places;
  }

  /**
   * {@return an allow-list of the given places}
   *
   * @param places the URIs, each without a query
   * @throws IllegalArgumentException if a URI is not valid; the message names it
   */
  public static AllowList of(List<String> places) {
    List<DataRef> parsed = new ArrayList<>();
    for (String place : places) {
      try {
        parsed.add(place(place));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "'" + place + "' is not a place to read from: " + e.getMessage(), e);
      }
    }
    return new AllowList(List.copyOf(places), List.copyOf(parsed));
  }

  private static DataRef place(String text) {
    DataRef place = RefParser.parsePlace(text);
    if (place instanceof FileRef && place.path().isEmpty()) {
      throw new IllegalArgumentException("it would admit every file of this machine");
    }
    return place;
  }

  /**
   * {@return whether the list admits the URI} For a file, this method does not follow links.
   *
   * @param ref the URI
   */
  public boolean admits(DataRef ref) {
    return places.stream().anyMatch(place -> admits(place, ref));
  }

  /**
   * Returns the place that admits a URI. If several places admit the URI, returns the place with
   * the longest path. Two places may fail independently of each other, for example because two
   * listed folders are on different file systems.
   *
   * @param uri the URI, which may be invalid
   * @return the place, as it was given; empty if the list does not admit the URI
   */
  public Optional<String> placeOf(String uri) {
    DataRef ref;
    try {
      ref = DataRef.parse(uri);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    return IntStream.range(0, places.size())
        .filter(i -> admits(places.get(i), ref))
        .boxed()
        .max(Comparator.comparing(i -> withoutTrailingSlash(places.get(i).path()).size()))
        .map(texts::get);
  }

  /** {@return whether the list admits nothing} */
  public boolean isEmpty() {
    return places.isEmpty();
  }

  /** {@return the places whose URIs are of the given kind} */
  <R extends DataRef> List<R> places(Class<R> kind) {
    return places.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private static boolean admits(DataRef place, DataRef ref) {
    List<String> prefix = withoutTrailingSlash(place.path());
    List<String> path = ref.path();
    return place.store().equals(ref.store())
        && path.size() >= prefix.size()
        && path.subList(0, prefix.size()).equals(prefix);
  }

  private static List<String> withoutTrailingSlash(List<String> path) {
    int last = path.size() - 1;
    return last >= 0 && path.get(last).isEmpty() ? path.subList(0, last) : path;
  }

  /** {@return the places as they were given, separated by commas} */
  @Override
  public String toString() {
    return String.join(",", texts);
  }
}
