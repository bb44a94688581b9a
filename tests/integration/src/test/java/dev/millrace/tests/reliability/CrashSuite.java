package dev.millrace.tests.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The crash suite's long form: every disturbance under both guarantees and both group protocols, 40
 * times each. It takes hours, and is no part of the build:
 *
 * <pre>
 * ./mvnw -B -ntp -Dquick -am -pl tests/integration -Dtest=CrashSuite -Dsurefire.failIfNoSpecifiedTests=false verify
 * </pre>
 *
 * <p>It keeps each case's row in {@code tests/integration/target/crash}, begins with the cases that
 * have none, and prints the table in the end. {@code -Dcrash.only=kill} takes the disturbances
 * whose name begins so, {@code -Dcrash.strikes=N} another number.
 */
class CrashSuite {

  private static final Path ROWS = Path.of("target", "crash");
  private static final int STRIKES = Integer.getInteger("crash.strikes", 40);
  private static final String ONLY = System.getProperty("crash.only", "");
  private static final String HEAD =
      """
      | disturbance | guarantee | group protocol | strikes | in | out | lost | doubled | out of order | minutes |
      |---|---|---|---|---|---|---|---|---|---|
      """;

  @TempDir Path folder;

  static Stream<CrashCase> cases() {
    return Arrays.stream(Disturbance.values())
        .filter(disturbance -> disturbance.label().startsWith(ONLY))
        .flatMap(
            disturbance ->
                Stream.of("at_least_once", "exactly_once_v2")
                    .flatMap(
                        guarantee ->
                            Stream.of("classic", "streams")
                                .map(protocol -> new CrashCase(disturbance, guarantee, protocol))))
        // At-least-once has no transactions that could be fenced.
        .filter(what -> what.disturbance() != Disturbance.FENCE || what.isExactlyOnce());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void disturbedStream_keepsItsGuarantee(CrashCase what) throws Exception {
    int strikes = strikes(what);
    Path row = row(what);
    assumeFalse(Files.exists(row), "done before: " + row);
    long start = System.nanoTime();

    Tally tally = CrashRun.of(what, strikes, Timings.LONG, folder, start);

    Duration took = Duration.ofNanos(System.nanoTime() - start);
    Files.createDirectories(ROWS);
    Files.writeString(row, row(what, strikes, tally, took));
    System.out.print(Files.readString(row));
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

  /** A minute out of reach costs a minute. */
  private static int strikes(CrashCase what) {
    return what.disturbance() == Disturbance.BROKER_AWAY ? STRIKES / 10 : STRIKES;
  }

  private static Path row(CrashCase what) {
    return ROWS.resolve(what.toString().replaceAll("\\W+", "-") + "-" + strikes(what) + ".md");
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
    System.out.print(HEAD);
    for (CrashCase what : (Iterable<CrashCase>) cases()::iterator) {
      Path row = row(what);
      if (Files.exists(row)) {
        System.out.print(Files.readString(row));
      }
    }
  }
}
