package dev.millrace.trainer.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.control.Champion;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.RemoteAwayException;
import dev.millrace.core.training.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromotionGateTest {

  @TempDir Path folder;
  private GateRig rig;

  @BeforeEach
  void prepare() throws IOException {
    rig = new GateRig(folder);
  }

  /** A rule that classifies half of all images correctly. */
  private static boolean half(int number) {
    return number < GateRig.IMAGES / 2;
  }

  /**
   * Returns a rule that differs from {@link #half}: it misclassifies the first {@code lost} images,
   * and also classifies {@code gained} images of the other half correctly.
   */
  private static IntPredicate other(int gained, int lost) {
    return number -> number >= lost && number < GateRig.IMAGES / 2 + gained;
  }

  private Verdict judge(double margin, int gained, int lost) {
    return rig.gate(margin).judge(rig.session(other(gained, lost)));
  }

  private void serveHalf() {
    rig.alias.serve(rig.publish(PromotionGateTest::half).version());
  }

  /** A rule that classifies the first {@code count} images correctly. */
  private static IntPredicate first(int count) {
    return number -> number < count;
  }

  /** The most frequent class has 171 of the 512 images. */
  @ParameterizedTest
  @CsvSource({
    "256, true, 'the accuracy is 50.0 % (45.7 to 54.3) of 512 images, against 33.4 % (29.5 to 37.6)"
        + " of the most frequent class (p 5.54e-08)'",
    "171, false, 'the accuracy is 33.4 % (29.5 to 37.6) of 512 images, against 33.4 % (29.5 to"
        + " 37.6) of the most frequent class (p 0.526; round 1 requires p < 0.0138)'",
    "0, false, 'the accuracy is 0.0 % (0.0 to 0.7) of 512 images, against 33.4 % (29.5 to 37.6) of"
        + " the most frequent class (p 1.00; round 1 requires p < 0.0138)'"
  })
  void firstCandidate_isBlessedIfItIsBetterThanTheMostFrequentClass(
      int right, boolean blessed, String reason) {
    Verdict verdict = rig.gate(100).judge(rig.session(first(right)));

    assertThat(verdict.reason()).isEqualTo("no version was promoted yet, and " + reason);
    assertThat(verdict.blessed()).isEqualTo(blessed);
    assertThat(verdict.champion()).isNull();
    assertThat(verdict.accuracy()).isEqualTo(right / 512.0);
  }

  /**
   * The lower end of the accuracy of 256 of 512 images is 45.15 % with the confidence of round 1,
   * and 44.05 % with the confidence of round 3.
   */
  @ParameterizedTest
  @CsvSource({
    "0, 45.1, true, 'at least 45.2 % with 98.6 % confidence in round 1; the required"
        + " minimum accuracy is 45.1 %'",
    "0, 45.4, false, 'at least 45.2 % with 98.6 % confidence in round 1; the required"
        + " minimum accuracy is 45.4 %'",
    "2, 45.1, false, 'at least 44.0 % with 99.7 % confidence in round 3; the required"
        + " minimum accuracy is 45.1 %'",
  })
  void firstCandidate_withAMinimum_isBlessedIfItReachesItAtTheLevelOfTheRound(
      int before, double minimum, boolean blessed, String reason) {
    PromotionRule rule = new PromotionRule(0, Optional.of(minimum), 3);
    for (int i = 0; i < before; i++) {
      rig.publish(rig.gate(rule).judge(rig.session(first(0))));
    }
    Verdict verdict = rig.gate(rule).judge(rig.session(first(256)));

    assertThat(verdict.reason())
        .isEqualTo(
            "no version was promoted yet, and the accuracy is 50.0 % (45.7 to 54.3) of 512 images, "
                + reason);
    assertThat(verdict.blessed()).isEqualTo(blessed);
  }

  /** 18 gained and 6 lost images have the p-value 0.0113, between the levels of rounds 1 and 2. */
  @Test
  void comparisonsWithOneChampion_getLessLikelyToBeWonByChance_acrossRestarts() {
    serveHalf();
    Verdict one = judge(0, 18, 6);
    rig.publish(one);
    ModelVersion later = rig.publish(judge(0, 18, 6));
    Verdict three = judge(0, 18, 6);

    assertThat(one.blessed()).isTrue();
    assertThat(one.round()).isEqualTo(1);
    assertThat(three.blessed()).isFalse();
    assertThat(three.round()).isEqualTo(3);
    assertThat(three.reason()).endsWith("which may be chance: round 3 requires p < 0.00333");

    rig.alias.serve(later.version());
    assertThat(rig.past().next(later.version())).isEqualTo(1);
    assertThat(rig.past().next(null)).isEqualTo(1);
    assertThat(new PastRounds(rig.repository, "none", rig.warnings::add).next(1)).isEqualTo(1);
    assertThat(rig.warnings).isEmpty();
  }

  @Test
  void betterCandidate_isBlessed_andItsVerdictSaysByWhat() {
    serveHalf();

    Verdict verdict = judge(0.2, 12, 2);

    assertThat(verdict)
        .usingRecursiveComparison()
        .withComparatorForType(
            (a, b) -> Math.abs(a - b) < 1e-9 ? 0 : Double.compare(a, b), Double.class)
        .isEqualTo(
            new Verdict(
                true,
                "+1.95 points (+0.50 to +3.83) on 512 images against version 1 (p 0.00647)",
                512,
                266 / 512.0,
                1,
                0.5,
                12,
                2,
                106 / 16384.0,
                1,
                0.01375));
  }

  /**
   * The candidate is correct on 16 more of the 512 images than the champion. That is 3.125
   * percentage points.
   */
  @ParameterizedTest
  @CsvSource({"3.125, true", "3.126, false", "3.124, true", "0, true"})
  void candidate_isBlessedFromTheMarginOn(double margin, boolean blessed) {
    serveHalf();

    Verdict verdict = judge(margin, 16, 0);

    assertThat(verdict.blessed()).isEqualTo(blessed);
    assertThat(verdict.reason())
        .isEqualTo(
            "+3.13 points (+1.86 to +5.13) on 512 images against version 1 (p 1.53e-05)"
                + (blessed ? "" : "; 3.13 are required"));
  }

  /**
   * In McNemar's test, p is 1/128 if 7 images are gained and none is lost, and 1/64 if 6 images are
   * gained and none is lost. The first round requires p < 0.01375.
   */
  @ParameterizedTest
  @CsvSource({
    "7, 0, true, '+1.37 points (+0.43 to +2.92) on 512 images against version 1 (p 0.00781)'",
    "6, 0, false, '+1.17 points (+0.23 to +2.66) on 512 images against version 1 (p 0.0156), which"
        + " may be chance: round 1 requires p < 0.0138'",
    "18, 6, true, '+2.34 points (+0.40 to +4.57) on 512 images against version 1 (p 0.0113)'",
    "17, 6, false, '+2.15 points (+0.24 to +4.34) on 512 images against version 1 (p 0.0173), which"
        + " may be chance: round 1 requires p < 0.0138'",
    "3, 3, false, '+0.00 points (-1.33 to +1.33) on 512 images against version 1 (p 0.656); 0.00 are"
        + " required'",
    "2, 9, false, '-1.37 points (-3.09 to +0.00) on 512 images against version 1 (p 0.994); 0.00 are"
        + " required'"
  })
  void candidate_isBlessedOnlyIfItsGainIsHardlyChance(
      int gained, int lost, boolean blessed, String reason) {
    serveHalf();

    Verdict verdict = judge(0, gained, lost);

    assertThat(verdict.reason()).isEqualTo(reason);
    assertThat(verdict.blessed()).isEqualTo(blessed);
    assertThat(verdict.gained()).isEqualTo(gained);
    assertThat(verdict.lost()).isEqualTo(lost);
  }

  @Test
  void championThatIsNotInTheRepository_isNotReplaced() {
    serveHalf();
    rig.alias.serve(7);

    assertThat(judge(0, 256, 0))
        .isEqualTo(
            new Verdict(
                false,
                "version 7 serves, but is not in the repository "
                    + folder
                    + "; promote its successor by hand",
                512,
                1,
                7,
                null,
                0,
                0,
                1,
                0,
                0));
    assertThat(rig.opened).isEmpty();
  }

  /**
   * The repository may be lost or another one, while the control topic names a champion. The
   * training would otherwise repeat the comparison for ever, and publish nothing.
   */
  @Test
  void championOfAModelThatIsNotInTheRepository_isNotReplaced() {
    rig.alias.serve(7);

    Verdict verdict = judge(0, 256, 0);

    assertThat(verdict.blessed()).isFalse();
    assertThat(verdict.champion()).isEqualTo(7);
    assertThat(verdict.reason())
        .isEqualTo(
            "version 7 serves, but is not in the repository "
                + folder
                + "; promote its successor by hand");
  }

  @Test
  void championOfAnotherSignature_isNotReplaced() {
    Labels otherLabels = new Labels(List.of("cat", "dog", "cow"));
    List<ModelVersion> versions =
        List.of(
            rig.publish(PromotionGateTest::half, GateRig.PREPROCESSING, otherLabels),
            rig.publish(PromotionGateTest::half, GateRig.preprocessing(3, 3), GateRig.LABELS),
            rig.publish(PromotionGateTest::half, GateRig.preprocessing(2, 4), GateRig.LABELS));
    for (ModelVersion version : versions) {
      rig.alias.serve(version.version());

      Verdict verdict = judge(0, 256, 0);

      assertThat(verdict.blessed()).isFalse();
      assertThat(verdict.reason())
          .isEqualTo(
              "version "
                  + version.version()
                  + " serves, but has another preprocessing or other classes; promote its successor"
                  + " by hand");
    }
    assertThat(rig.opened).isEmpty();
  }

  /** The probabilities would get another meaning, and several classes could no longer be right. */
  @Test
  void championWithIndependentClasses_isNotReplaced() {
    rig.alias.serve(rig.publishIndependent(PromotionGateTest::half).version());

    Verdict verdict = judge(0, 256, 0);

    assertThat(verdict.blessed()).isFalse();
    assertThat(verdict.reason())
        .isEqualTo(
            "version 1 serves, but has independent classes, and the checkpoint has exclusive ones;"
                + " promote its successor by hand");
  }

  /**
   * Serves a champion with two of the three classes. These two classes have 342 of the 512 images.
   */
  private void serveTwoClasses() {
    Labels two = new Labels(List.of("cat", "dog"));
    IntPredicate ofTwo = number -> number < GateRig.IMAGES / 2 && number % 3 < 2;
    rig.alias.serve(rig.publish(ofTwo, GateRig.PREPROCESSING, two).version());
  }

  @Test
  void candidateWithANewClass_isBlessedIfItIsNotWorseOnTheOldOnes() {
    serveTwoClasses();

    Verdict verdict = rig.gate(0.2).judge(rig.session(PromotionGateTest::half));

    assertThat(verdict.reason())
        .isEqualTo(
            "new classes: +0.00 points (-1.38 to +1.38) on 342 images of the classes of version 1,"
                + " whose loss is below 3.00 points (p 0.000988), and +16.60 points (+13.54 to"
                + " +20.18) on 512 images of all classes");
    assertThat(verdict.blessed()).isTrue();
    assertThat(verdict.images()).isEqualTo(GateRig.IMAGES);
    assertThat(verdict.accuracy()).as("of all classes, as it is measured later").isEqualTo(0.5);
    assertThat(verdict.gained() + verdict.lost()).isZero();
  }

  /**
   * Otherwise, a candidate that is no better would be promoted, because another trainer has given
   * an index to a class, or because all labels of a class were withdrawn.
   */
  @Test
  void candidateWithANewClassWithoutImages_isBlessedOnlyIfItIsBetter() {
    serveHalf();
    PromotionRule rule = new PromotionRule(0, Optional.empty(), 3);
    PromotionGate gate = rig.gate(rule, new Labels(List.of("cat", "dog", "hen", "owl")));

    Verdict equal = gate.judge(rig.session(PromotionGateTest::half));
    assertThat(equal.reason())
        .isEqualTo(
            "+0.00 points (-0.93 to +0.93) on 512 images against version 1 (p 1.00); 0.00 are"
                + " required");
    assertThat(equal.blessed()).isFalse();
    assertThat(gate.judge(rig.session(other(12, 2))).blessed()).isTrue();
  }

  @Test
  void candidateWithANewClass_isNotBlessedIfItMayBeWorseOnTheOldOnes() {
    serveTwoClasses();

    Verdict verdict = rig.gate(0.2).judge(rig.session(number -> half(number) && number >= 9));

    assertThat(verdict.blessed()).isFalse();
    assertThat(verdict.lost()).isEqualTo(6);
    assertThat(verdict.reason()).endsWith("; round 1 requires p < 0.0138");
  }

  @Test
  void candidateWithANewClass_isNotBlessedIfItIsWorseOnAll() {
    assertThat(
            new PromotionRule(0, Optional.empty(), 3)
                .grown(new Pairs(900, 500, 1, 2), new Pairs(1_000, 500, 1, 2), 4, 1))
        .satisfies(
            verdict -> {
              assertThat(verdict.blessed()).isFalse();
              assertThat(verdict.reason())
                  .endsWith(
                      "-0.10 points (-0.71 to +0.46) on 1,000 images of all classes; 0.00 are"
                          + " required");
            });
  }

  @Test
  void candidateWithFewerOrReorderedClasses_isNotBlessed() {
    for (List<String> names : List.of(List.of("cat", "dog", "hen", "owl"), List.of("dog", "cat"))) {
      Labels other = new Labels(names);
      rig.alias.serve(rig.publish(number -> false, GateRig.PREPROCESSING, other).version());

      Verdict verdict = judge(0, 256, 0);

      assertThat(verdict.blessed()).isFalse();
      assertThat(verdict.reason()).contains("other classes");
    }
  }

  /** The training would otherwise repeat the comparison for ever, and publish nothing. */
  @Test
  void championWhoseManifestIsDamaged_isNotReplaced() throws IOException {
    serveHalf();
    Files.writeString(folder.resolve(GateRig.MODEL + "/1/" + ModelManifest.FILE_NAME), "{");

    Verdict verdict = judge(0, 200, 0);

    assertThat(verdict.blessed()).isFalse();
    assertThat(verdict.champion()).isEqualTo(1);
    assertThat(verdict.reason())
        .startsWith("version 1 serves, but it cannot be used (")
        .contains("millrace.json is not a manifest")
        .endsWith("); promote its successor by hand");
    assertThat(rig.openSessions).isEqualTo(1);
  }

  /** A model file that was damaged fails when it is opened. */
  @Test
  void championThatCannotBeOpened_isNotReplaced() {
    serveHalf();
    rig.damaged = new ModelException("its model.onnx has another checksum");

    Verdict verdict = judge(0, 200, 0);

    assertThat(verdict.blessed()).isFalse();
    assertThat(verdict.reason())
        .isEqualTo(
            "version 1 serves, but it cannot be used (its model.onnx has another checksum);"
                + " promote its successor by hand");
  }

  @Test
  void championWhoseRepositoryIsAway_isWaitedFor() {
    serveHalf();
    rig.damaged =
        new ModelException("try again later", new RemoteAwayException("nobody answers", null));

    assertThatThrownBy(() -> judge(0, 200, 0)).isSameAs(rig.damaged);
  }

  /** An operator returned to version 1 while the successor of version 2 was trained. */
  @Test
  void rollbackDuringTheRun_isNotUndone() {
    int old = rig.publish(PromotionGateTest::half).version();
    rig.alias.serve(rig.publish(other(20, 0)).version());
    PromotionGate gate = rig.gate(0);
    gate.begin(gate.read());
    rig.alias.serve(old);

    Verdict verdict = gate.judge(rig.session(other(40, 0)));

    assertThat(verdict.blessed()).isFalse();
    assertThat(verdict.reason())
        .isEqualTo(
            "version 1 serves, because another writer has changed the champion since this run"
                + " began; this run promotes nothing more, but the next run or round can");
    assertThat(verdict.round()).isZero();
  }

  @Test
  void runWhoseFirstChampionIsNotKnown_promotesNothing() {
    serveHalf();
    PromotionGate gate = rig.gate(0);
    gate.begin(BaseChampion.UNKNOWN);

    Verdict verdict = gate.judge(rig.session(other(40, 0)));

    assertThat(verdict.blessed()).isFalse();
    assertThat(verdict.reason())
        .startsWith("version 1 serves, but the champion could not be read when this run began");
  }

  @Test
  void championThatTheRunMayNotReplace_staysTheChampion() {
    serveHalf();
    PromotionGate gate = rig.gate(0);
    gate.begin(gate.read().kept("this run does not start from it"));

    Verdict verdict = gate.judge(rig.session(other(40, 0)));

    assertThat(verdict.blessed()).isFalse();
    assertThat(verdict.reason()).isEqualTo("version 1 serves, but this run does not start from it");
  }

  @Test
  void championThatTheRunItselfPromoted_isComparedWith() {
    serveHalf();
    PromotionGate gate = rig.gate(0);
    gate.begin(gate.read());
    Verdict verdict = gate.judge(rig.session(other(20, 0)));
    gate.promote(rig.publish(other(20, 0)), verdict);

    assertThat(gate.judge(rig.session(other(40, 0))).blessed()).isTrue();
  }

  @Test
  void championThatWentAwayDuringTheRun_isNotReplaced() {
    serveHalf();
    PromotionGate gate = rig.gate(0);
    gate.begin(gate.read());
    rig.alias.champion = Optional.empty();

    assertThat(gate.judge(rig.session(other(40, 0))).reason())
        .startsWith("no version serves, because another writer has changed the champion");
  }

  @Test
  void champion_isComparedOnTheSameImages_andItsSessionIsClosed() {
    serveHalf();
    PromotionGate gate = rig.gate(0);
    gate.judge(rig.session(other(256, 0)));
    gate.judge(rig.session(other(5, 0)));
    assertThat(rig.opened).containsExactly(1, 1);

    rig.alias.serve(rig.publish(other(256, 0)).version());
    Verdict verdict = gate.judge(rig.session(other(5, 0)));

    assertThat(verdict.blessed()).isFalse();
    assertThat(verdict.champion()).isEqualTo(2);
    assertThat(verdict.championAccuracy()).isEqualTo(1);
    assertThat(rig.opened).containsExactly(1, 1, 2);
    assertThat(rig.openSessions).as("candidates stay the caller's").isEqualTo(3);
  }

  @Test
  void blessedVersion_isPromoted_andNeverOneOfAnotherSignature() {
    serveHalf();
    PromotionGate gate = rig.gate(0);
    Verdict verdict = gate.judge(rig.session(other(9, 0)));

    ModelVersion published = rig.publish(other(9, 0));
    gate.promote(published, verdict);

    assertThat(rig.alias.champion).contains(new Champion(2, 1, false, published.sha256()));
  }

  @Test
  void firstVersion_isPromotedWithoutAPrevious() {
    PromotionGate gate = rig.gate(0);
    Verdict verdict = gate.judge(rig.session(PromotionGateTest::half));

    ModelVersion published = rig.publish(PromotionGateTest::half);
    gate.promote(published, verdict);

    assertThat(rig.alias.champion).contains(new Champion(1, null, false, published.sha256()));
  }

  @Test
  void championThatChangedSinceTheVerdict_staysTheChampion() {
    serveHalf();
    PromotionGate gate = rig.gate(0);
    Verdict verdict = gate.judge(rig.session(other(9, 0)));
    ModelVersion candidate = rig.publish(other(9, 0));
    rig.alias.serve(rig.publish(other(256, 0)).version());

    assertThatThrownBy(() -> gate.promote(candidate, verdict))
        .isInstanceOf(OutdatedVerdictException.class)
        .hasMessage(
            candidate
                + " was compared with version 1, but version 3 serves now, so it is not promoted");
    assertThat(rig.alias.champion).contains(new Champion(3, null, true));
  }

  @Test
  void championThatCameOrWentSinceTheVerdict_isNotReplaced() {
    PromotionGate gate = rig.gate(0);
    Verdict ofNone = gate.judge(rig.session(PromotionGateTest::half));
    ModelVersion candidate = rig.publish(PromotionGateTest::half);
    rig.alias.serve(candidate.version());
    assertThatThrownBy(() -> gate.promote(candidate, ofNone))
        .isInstanceOf(OutdatedVerdictException.class);

    Verdict ofOne = gate.judge(rig.session(other(9, 0)));
    rig.alias.champion = Optional.empty();
    assertThatThrownBy(() -> gate.promote(candidate, ofOne))
        .isInstanceOf(OutdatedVerdictException.class);
    assertThat(rig.alias.champion).isEmpty();
  }

  @Test
  void brokerThatIsAway_isPassedOn() {
    rig.alias.failure = new TimeoutException("nobody answers");

    assertThatThrownBy(() -> judge(0, 1, 0)).isSameAs(rig.alias.failure);
  }
}
