package dev.millrace.tests.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The long form of the crash suite: every disturbance with both guarantees and both group
 * protocols. Each combination is a case, which disturbs its own stream {@link
 * Disturbance#nightlyStrikes} times. These three groups of tests run only with the profile {@code
 * nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=crash,crash-members,crash-broker -Dquick verify
 * </pre>
 *
 * <p>Each case writes its row to {@code tests/integration/target/crash}. At the end, the suite
 * prints a table of all rows. {@code -Dcrash.strikes=N} sets another number of disturbances for
 * each case.
 */
@Tag("nightly")
class CrashSuite {

  private static final CaseRows ROWS =
      new CaseRows(
          Path.of("target", "crash"),
          """
          | disturbance | guarantee | group protocol | strikes | in | out | lost | doubled | out of order | minutes |
          |---|---|---|---|---|---|---|---|---|---|
          """);

  @TempDir Path folder;

  /** Returns the cases that kill the service. */
  static Stream<CrashCase> kills() {
    return cases(Disturbance.KILL);
  }

  /** Returns the cases that disturb group members, while the broker works normally. */
  static Stream<CrashCase> members() {
    return cases(
        Disturbance.STOP,
        Disturbance.JOIN_AND_LEAVE,
        Disturbance.FREEZE,
        Disturbance.FENCE,
        Disturbance.SLOW_MODEL_KILL);
  }

  /**
   * Returns the cases that disturb the broker, and the cases that kill the service without the
   * commit barrier.
   */
  static Stream<CrashCase> broker() {
    return cases(
        Disturbance.BROKER_KILL, Disturbance.BROKER_AWAY, Disturbance.KILL_WITHOUT_BARRIER);
  }

  private static Stream<CrashCase> cases(Disturbance... disturbances) {
    return Stream.of(disturbances)
        .flatMap(
            disturbance ->
                Stream.of("at_least_once", "exactly_once_v2")
                    .flatMap(
                        guarantee ->
                            Stream.of("classic", "streams")
                                .map(protocol -> new CrashCase(disturbance, guarantee, protocol))))
        // With at-least-once processing, there are no transactional producers to fence.
        .filter(what -> what.disturbance() != Disturbance.FENCE || what.isExactlyOnce());
  }

  @ParameterizedTest
  @MethodSource("kills")
  @Tag("crash")
  void killedStream_keepsItsGuarantee(CrashCase what) throws Exception {
    strike(what);
  }

  @ParameterizedTest
  @MethodSource("members")
  @Tag("crash-members")
  void streamWhoseMembersChange_keepsItsGuarantee(CrashCase what) throws Exception {
    strike(what);
  }

  @ParameterizedTest
  @MethodSource("broker")
  @Tag("crash-broker")
  void streamWhoseBrokerFails_keepsItsGuarantee(CrashCase what) throws Exception {
    strike(what);
  }

  private void strike(CrashCase what) throws Exception {
    int strikes = strikes(what);
    long start = System.nanoTime();

    Tally tally = CrashRun.of(what, strikes, Timings.LONG, folder, start);

    Duration took = Duration.ofNanos(System.nanoTime() - start);
    ROWS.add(what, row(what, strikes, tally, took));
    assertThat(tally.wrong()).isZero();
    if (what.disturbance() == Disturbance.KILL_WITHOUT_BARRIER) {
      assertThat(tally.lost()).isPositive();
      return;
    }
    assertThat(tally.lost()).isZero();
    assertThat(tally.outOfOrder()).isZero();
    if (what.isExactlyOnce()) {
      assertThat(tally.doubled()).isZero();
    }
  }

  private static int strikes(CrashCase what) {
    return Integer.getInteger("crash.strikes", what.disturbance().nightlyStrikes());
  }

  private static String row(CrashCase what, int strikes, Tally tally, Duration took) {
    return String.format(
        "| %s | %s | %s | %d | %,d | %,d | %d | %d | %d | %d |%n",
        what.disturbance().label(),
        what.guarantee(),
        what.protocol(),
        strikes,
        tally.in(),
        tally.out(),
        tally.lost(),
        tally.doubled(),
        tally.outOfOrder(),
        took.toMinutes());
  }

  @AfterAll
  static void printTable() throws IOException {
    System.out.print(ROWS.table(cases(Disturbance.values())));
  }
}
