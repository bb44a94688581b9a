package dev.millrace.streams.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.events.ImageReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the order of fetches with a clock that only the test moves. */
class OriginTest {

  private static final ImageReference GOOD = new ImageReference("https://a/good", null);
  private static final ImageReference BAD = new ImageReference("https://a/bad?signature=x", null);
  private static final ImageReference WORSE = new ImageReference("https://a/bad/too", null);
  private static final ImageReference OTHER = new ImageReference("https://a/other", null);

  private final Origin origin = new Origin();
  private final List<ImageReference> asked = new ArrayList<>();
  private boolean works = true;
  private ImageReference deleted;
  private long now = 7;

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private void fetch(ImageReference wanted) {
    if (origin.isAway(wanted, now)) {
      end(origin.beginProbe(wanted, now));
    } else {
      origin.begin();
      end(wanted);
    }
  }

  private void end(ImageReference image) {
    asked.add(image);
    if (works && !image.uri().contains("/bad")) {
      origin.answered(image, !image.equals(deleted));
    } else {
      origin.failed(image, new FetchStalledException("a is away: status 500", null), now);
    }
    origin.end(image);
  }

  /** Asks for missing images as held partitions do, five times a second. */
  private void poll(Duration time, ImageReference... missing) {
    long end = now + time.toNanos();
    List<ImageReference> held = new ArrayList<>(List.of(missing));
    while (now < end && !held.isEmpty()) {
      held.removeIf(image -> !isHeld(image));
      pass(Duration.ofMillis(200));
    }
  }

  private boolean isHeld(ImageReference image) {
    boolean missing = origin.isMissing(image, now);
    if (missing && origin.mayProbe(image, now)) {
      end(origin.beginProbe(image, now));
    }
    return missing;
  }

  /** Lets the bad image fail alone until it is refused. */
  private void failUntilRefused() {
    fetch(GOOD);
    fetch(BAD);
    poll(Duration.ofMinutes(10), BAD);
  }

  /** Lets the bad image fail alone a few times. */
  private void failAlone() {
    fetch(GOOD);
    fetch(BAD);
    poll(Duration.ofSeconds(10), BAD);
  }

  @Test
  void imageThatFailed_isFetchedInTurnWithAnImageThatWorked() {
    fetch(GOOD);
    works = false;
    fetch(BAD);
    asked.clear();

    poll(Duration.ofMinutes(1), BAD);

    assertThat(asked).startsWith(GOOD, BAD, GOOD, BAD).hasSizeLessThan(10);
    works = true;
    asked.clear();
    poll(Duration.ofMinutes(1), BAD);
    assertThat(asked).contains(GOOD);
    assertThat(origin.isAway(OTHER, now)).isFalse();
  }

  /** The image that was fetched last may be the one that fails now. */
  @Test
  void imageThatWorkedBefore_isFetchedInTurnWithAnotherOne() {
    fetch(OTHER);
    fetch(GOOD);
    works = false;
    fetch(GOOD);
    asked.clear();

    poll(Duration.ofSeconds(2), GOOD);

    assertThat(asked).containsExactly(OTHER);
  }

  @Test
  void imageThatFailsAlone_isRefusedAfterFiveMinutes() {
    failUntilRefused();

    assertThat(origin.isAway(BAD, now)).isFalse();
    assertThat(origin.pauseNanos(BAD, now)).isZero();
    assertThat(asked).as("with growing pauses").hasSizeLessThan(60);
    assertThat(Duration.ofNanos(now)).isBetween(Duration.ofMinutes(5), Duration.ofMinutes(6));
    fetch(BAD);
    assertThat(origin.refusal(BAD, now))
        .hasValueSatisfying(
            why ->
                assertThat(why)
                    .matches(
                        "other images are fetched from the same place, but this one failed \\d+"
                            + " times in 5 minutes: a is away: status 500"));
    assertThat(origin.problems(now)).isEmpty();
  }

  /** Otherwise, the image's partition would wait until the origin works. */
  @Test
  void refusedImage_isReleased_whileItsOriginIsAway() {
    failUntilRefused();
    works = false;
    fetch(OTHER);

    assertThat(origin.isAway(OTHER, now)).isTrue();
    assertThat(origin.isAway(BAD, now)).isFalse();
    assertThat(origin.pauseNanos(BAD, now)).isZero();
  }

  /** Otherwise, only the images that fail would be fetched, in turn. */
  @Test
  void imagesThatFail_stopNeitherTheirOriginNorTheirPartitions_ifNoOtherImageIsWanted() {
    fetch(GOOD);
    fetch(BAD);

    poll(Duration.ofMinutes(1), BAD, WORSE);
    assertThat(asked).contains(WORSE);
    assertThat(origin.isAway(OTHER, now)).isFalse();

    poll(Duration.ofMinutes(10), BAD, WORSE);
    assertThat(List.of(BAD, WORSE)).noneMatch(image -> origin.isMissing(image, now));
  }

  /** A fetcher may refuse an image without asking its origin, for example by its checksum. */
  @Test
  void refusalsOfOtherImages_doNotCountAgainstAnImage() {
    fetch(GOOD);
    works = false;
    fetch(BAD);
    for (int i = 0; i < 20; i++) {
      ImageReference refused = new ImageReference("https://a/refused/" + i, "no checksum");
      origin.begin();
      origin.answered(refused, false);
      origin.end(refused);
      poll(Duration.ofSeconds(30), BAD);
    }

    assertThat(origin.refusal(BAD, now)).isEmpty();
  }

  /** A producer may delete an image when it has got the prediction. */
  @Test
  void imageThatWasDeletedSince_stillShowsThatItsOriginWorks() {
    fetch(GOOD);
    deleted = GOOD;
    fetch(BAD);

    poll(Duration.ofMinutes(10), BAD);

    assertThat(origin.isMissing(BAD, now)).isFalse();
  }

  @Test
  void imageThatFailsAlone_isAProblem_whileATaskNeedsIt() {
    failAlone();

    assertThat(origin.problems(now))
        .containsExactly(
            "https://a/bad?… cannot be fetched, but other images can: a is away: status 500");
    pass(Duration.ofMinutes(2)); // its partition is on another instance now
    assertThat(origin.problems(now)).isEmpty();
  }

  @Test
  void imageThatFailsAloneAgainAfterLong_isNotRefusedAtOnce() {
    failUntilRefused();
    fetch(BAD);
    pass(Duration.ofHours(1));
    fetch(GOOD);

    fetch(BAD);

    assertThat(origin.refusal(BAD, now)).isEmpty();
  }

  /** With no other image, nothing shows whether the origin works. */
  @Test
  void onlyImage_isNeverRefused_butNamed() {
    fetch(BAD);
    poll(Duration.ofMinutes(4), BAD);
    assertThat(origin.problems(now)).containsExactly("a is away: status 500");

    poll(Duration.ofMinutes(10), BAD);

    assertThat(origin.refusal(BAD, now)).isEmpty();
    assertThat(origin.problems(now))
        .containsExactly(
            "a is away: status 500 (no other image was fetched from there yet, so perhaps only"
                + " https://a/bad?… fails)");
  }

  /** A full heap, for example, does not show whether the image can be fetched. */
  @Test
  void errorOfThisProcess_isFollowedByAPause() {
    failAlone();
    pass(Duration.ofSeconds(30));
    ImageReference probe = origin.beginProbe(BAD, now);
    origin.failedHere(probe, now);
    origin.end(probe);

    assertThat(origin.pauseNanos(BAD, now)).isPositive();
    assertThat(origin.pauseNanos(OTHER, now)).isZero();
  }
}
