package dev.millrace.service.command.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.command.CapturedRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests commands without one of the rights that {@code doctor --acls} lists, for each right in
 * turn. Without a required right, the command fails with one line that names the resource. Without
 * an optional right, the command works.
 */
@Tag("nightly")
@Tag("acls")
class RightsSuite {

  private static final String PROMOTE =
      "models promote, models rollback, train --promote-if-better";

  @TempDir static Path folder;

  private static GuardedBroker broker;

  private int groups;

  @BeforeAll
  static void start() throws Exception {
    broker = GuardedBroker.start(folder);
    List<Right> all = new ArrayList<>(rights("mine").get(PROMOTE));
    all.addAll(rights("mine").get("dead-letters replay"));
    broker.allow(all);
    // These commands fill the topics, because reading an empty topic needs no right.
    broker.run("models promote --version 1", broker.ofModel()).succeeded();
    broker.run("dead-letters replay").succeeded();
  }

  @AfterAll
  static void stop() {
    if (broker != null) {
      broker.close();
    }
  }

  private static Map<String, List<Right>> rights(String group) {
    return new RequiredRights(GuardedBroker.TOPICS, group, GuardedBroker.MODEL).byCommand();
  }

  private static List<Right> without(Right right, List<Right> all) {
    return all.stream().filter(other -> !other.equals(right)).toList();
  }

  private interface Command {
    CapturedRun run() throws Exception;
  }

  private static Stream<DynamicTest> each(String name, Command command) {
    List<Right> all = rights("mine").get(name);
    return all.stream()
        .map(
            right ->
                DynamicTest.dynamicTest(
                    name + " without " + right.line(),
                    () -> {
                      broker.allow(without(right, all));
                      CapturedRun run = command.run();
                      if (right.without().isPresent()) {
                        run.succeeded();
                      } else {
                        assertThat(run.failureLine())
                            .contains("not allowed: ", right.resource().name());
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> commandsThatEnd() {
    return Stream.of(
            each(PROMOTE, () -> broker.run("models promote --version 1", broker.ofModel())),
            each("models prune", () -> broker.run("models prune", broker.ofModel())),
            each("models status", () -> broker.run("models status")),
            each(
                "models history, models list if a broker is named",
                () -> broker.run("models history", "--model", GuardedBroker.MODEL)),
            each("send", () -> broker.run("send", broker.images())),
            each("tail", () -> broker.run("tail --from-beginning --count 1 --idle 30")),
            each("dead-letters show", () -> broker.run("dead-letters show")),
            each(
                "dead-letters replay",
                () -> {
                  broker.sendDeadLetter();
                  return broker.run("dead-letters replay");
                }))
        .flatMap(tests -> tests);
  }

  @TestFactory
  Stream<DynamicTest> doctor() {
    List<Right> all = rights("mine").get("doctor");
    return all.stream()
        .map(
            right ->
                DynamicTest.dynamicTest(
                    "doctor without " + right.line(),
                    () -> {
                      broker.allow(without(right, all));
                      CapturedRun run = broker.run("doctor", broker.ofModel());
                      assertThat(run.err()).isEmpty();
                      assertThat(run.outLines())
                          .anyMatch(
                              line ->
                                  line.matches("(missing|warning) .*")
                                      && line.contains(right.resource().name()));
                    }));
  }

  @TestFactory
  Stream<DynamicTest> serve() {
    return Stream.of(
            "--guarantee at_least_once", "--guarantee exactly_once_v2", "-X group.protocol=streams")
        .flatMap(this::serve);
  }

  private Stream<DynamicTest> serve(String options) {
    return serving("names", options).stream()
        .map(
            named ->
                DynamicTest.dynamicTest(
                    "serve " + options + " without " + named.line(),
                    () -> serve(options, serving("names", options).indexOf(named))));
  }

  private static List<Right> serving(String group, String options) {
    Map<String, List<Right>> listed = rights(group);
    List<Right> all = new ArrayList<>(listed.get("serve"));
    all.addAll(listed.getOrDefault("serve " + options + ", in addition", List.of()));
    return all;
  }

  private void serve(String options, int index) throws Exception {
    String group = "suite-" + groups++ + "-" + options.replaceAll("\\W+", "-");
    List<Right> all = serving(group, options);
    Right right = all.get(index);
    broker.allow(without(right, all));
    GuardedBroker.Serving serving = broker.serve(options + " --application-id " + group);
    if (right.without().isPresent()) {
      assertThat(serving.isReady()).as(serving.err().toString()).isTrue();
      broker.allow(List.of());
      serving.failure();
    } else {
      assertThat(serving.failure()).contains("not allowed: ", right.resource().name());
    }
  }
}
