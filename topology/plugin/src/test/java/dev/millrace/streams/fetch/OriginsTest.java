package dev.millrace.streams.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageReference;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests what the end of a fetch says about an origin, with a clock that only the test moves. */
class OriginsTest {

  private static final int MOST_ORIGINS = 1_000;

  private static final ImageReference IMAGE = image("s3://photos/image");
  private static final ImageReference CURSED = image("s3://photos/cursed");
  private static final ImageReference ELSEWHERE = image("s3://backups/image");

  private final IOException refused = new IOException("the store refuses connections");
  private final Origins origins = new Origins(reference -> null);
  private long now = 7;

  private static ImageReference image(String uri) {
    return new ImageReference(uri, null);
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private Throwable fail(ImageReference image, Throwable failure) {
    Origin origin = origins.of(image);
    origin.begin();
    return origins.ended(origin, image, false, failure, now);
  }

  private void fetch(ImageReference image) {
    Origin origin = origins.of(image);
    origin.begin();
    assertThat(origins.ended(origin, image, true, null, now)).isNull();
  }

  private boolean isAway(ImageReference image) {
    return origins.of(image).isAway(image, now);
  }

  @Test
  void failureOfTheStore_letsItsOriginAloneBeAway() {
    fetch(ELSEWHERE);

    assertThat(fail(IMAGE, refused))
        .isInstanceOf(FetchStalledException.class)
        .hasMessage("the store refuses connections")
        .hasCause(refused);

    assertThat(isAway(IMAGE)).isTrue();
    assertThat(isAway(image("S3://PHOTOS/other"))).isTrue();
    assertThat(isAway(ELSEWHERE)).isFalse();
    assertThat(origins.problems(now)).containsExactly("the store refuses connections");
  }

  @Test
  void fetchedImage_showsThatItsOriginWorks() {
    fail(CURSED, refused);

    fetch(IMAGE);

    assertThat(isAway(IMAGE)).isFalse();
    assertThat(origins.problems(now)).isEmpty();
  }

  @Test
  void refusalByTheStore_isReported_andShowsThatItsOriginWorks() {
    fail(CURSED, refused);
    BadImageException missing =
        new BadImageException(BadImageException.Reason.EMPTY, "it does not exist");

    assertThat(fail(IMAGE, missing)).isSameAs(missing);

    assertThat(isAway(IMAGE)).isFalse();
  }

  @Test
  void fetchThatWasCancelled_saysNothing() {
    assertThat(fail(IMAGE, null)).isNull();
    assertThat(isAway(IMAGE)).isFalse();

    fail(CURSED, refused);
    assertThat(fail(IMAGE, null)).isNull();
    assertThat(isAway(IMAGE)).isTrue();
  }

  @Test
  void errorOfThisProcess_isReported_andSaysNothingAboutTheStore() {
    OutOfMemoryError error = new OutOfMemoryError("the heap is full");

    assertThat(fail(IMAGE, error)).isSameAs(error);
    assertThat(isAway(IMAGE)).isFalse();

    fail(CURSED, refused);
    assertThat(fail(IMAGE, error)).isSameAs(error);
    assertThat(isAway(IMAGE)).isTrue();
    assertThat(origins.problems(now)).containsExactly("the store refuses connections");
  }

  /** The image's fetch could not begin, so the image is not at fault. */
  @Test
  void fetchThatCouldNotBegin_letsTheOriginBeAway() {
    fetch(IMAGE);
    FetchStalledException stalled = new FetchStalledException("no thread can be started", null);

    assertThat(fail(CURSED, stalled)).isSameAs(stalled);

    assertThat(isAway(IMAGE)).isTrue();
    assertThat(origins.problems(now)).containsExactly("no thread can be started");
  }

  /** A client of a store may throw exceptions that its documentation does not name. */
  @ParameterizedTest
  @CsvSource({
    "s3://photos/1, the fetch from s3://photos failed (IllegalStateException)",
    "1.jpg, the fetch failed (IllegalStateException)"
  })
  void unexpectedException_isNamedByItsType(String uri, String message) {
    assertThat(fail(image(uri), new IllegalStateException("the client is confused")))
        .isInstanceOf(FetchStalledException.class)
        .hasMessage(message);
    assertThat(isAway(image(uri))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "s3://photos/1, the fetch from s3://photos failed (IOException)",
    "1.jpg, the fetch failed (IOException)"
  })
  void exceptionWithoutAMessage_namesTheOrigin(String uri, String message) {
    assertThat(fail(image(uri), new IOException()))
        .isInstanceOf(FetchStalledException.class)
        .hasMessage(message);
  }

  @Test
  void imageThatFailsAloneForFiveMinutes_isRefused() {
    for (int i = 0; i < 11; i++) {
      assertThat(fail(CURSED, refused)).isInstanceOf(FetchStalledException.class);
      fetch(IMAGE);
      pass(Duration.ofSeconds(30));
    }

    assertThat(fail(CURSED, refused))
        .isInstanceOfSatisfying(
            BadImageException.class,
            bad -> assertThat(bad.reason()).isEqualTo(BadImageException.Reason.NOT_FETCHED))
        .hasMessage(
            "other images are fetched from the same place, but this one failed 11 times in 5"
                + " minutes: the store refuses connections");
    assertThat(isAway(IMAGE)).isFalse();
  }

  @Test
  void imageThatFailsWithAllOthers_isKept() {
    for (int i = 0; i < 20; i++) {
      assertThat(fail(CURSED, refused)).isInstanceOf(FetchStalledException.class);
      assertThat(fail(IMAGE, refused)).isInstanceOf(FetchStalledException.class);
      pass(Duration.ofSeconds(30));
    }
  }

  /** The other origin does not show whether the image's own origin works. */
  @Test
  void imageThatFails_whileOtherOriginsWork_isKept() {
    for (int i = 0; i < 20; i++) {
      assertThat(fail(CURSED, refused)).isInstanceOf(FetchStalledException.class);
      fetch(ELSEWHERE);
      pass(Duration.ofSeconds(30));
    }
  }

  @Test
  void fetcher_maySayWhichPlacesAreAwayTogether() {
    Origins folders =
        new Origins(
            new ImageFetcher() {
              @Override
              public FetchedImage fetch(ImageReference reference) {
                throw new AssertionError();
              }

              @Override
              public String origin(ImageReference reference) {
                return reference.uri().replaceFirst("/[^/]*$", "");
              }
            });
    ImageReference cat = image("https://gw/cats/1");
    Origin cats = folders.of(cat);
    cats.begin();

    assertThat(folders.ended(cats, cat, false, new IOException(), now))
        .hasMessage("the fetch from https://gw/cats failed (IOException)");

    ImageReference otherCat = image("https://gw/cats/2");
    ImageReference dog = image("https://gw/dogs/1");
    assertThat(folders.of(otherCat).isAway(otherCat, now)).isTrue();
    assertThat(folders.of(dog).isAway(dog, now)).isFalse();
  }

  @Test
  void problems_areThoseOfAllOrigins() {
    fail(IMAGE, refused);
    fail(ELSEWHERE, new IOException("status 503"));

    assertThat(origins.problems(now))
        .containsExactlyInAnyOrder("the store refuses connections", "status 503");
  }

  @Test
  void runningFetches_areCountedForEachOrigin() {
    fetch(image("https://a.example/1"));
    origins.of(IMAGE).begin();
    origins.of(CURSED).begin();
    origins.of(ELSEWHERE).begin();

    assertThat(origins.running()).isEqualTo("s3://backups: 1, s3://photos: 2");
  }

  /** Each record may name another host. */
  @Test
  void originsThatWork_areForgotten_ifTheyAreTooMany() {
    Origin working = origins.of(IMAGE);
    fetch(IMAGE);
    Origin away = origins.of(ELSEWHERE);
    fail(ELSEWHERE, refused);
    ImageReference running = image("https://a.example/1");
    Origin busy = origins.of(running);
    busy.begin();

    for (int i = 3; i < MOST_ORIGINS; i++) {
      fetch(image("https://" + i + ".example/1"));
    }
    assertThat(origins.of(IMAGE)).as("not too many yet").isSameAs(working);
    fetch(image("https://one-more.example/1"));

    assertThat(origins.of(IMAGE)).isNotSameAs(working);
    assertThat(origins.of(ELSEWHERE)).isSameAs(away);
    assertThat(origins.of(running)).isSameAs(busy);
  }
}
