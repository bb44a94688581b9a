package dev.millrace.tests.projects;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Builds and tests the projects in {@code topology/examples} from installed artifacts, and tests
 * that their dependencies converge. Runs only with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=examples -Dquick verify
 * </pre>
 */
@Tag("nightly")
@Tag("examples")
@ExtendWith(InstalledMillrace.class)
class ExamplesSuite {

  private static final Pattern TESTS =
      Pattern.compile(
          "^\\S* ?Tests run: (\\d+), Failures: 0, Errors: 0, Skipped: 0$", Pattern.MULTILINE);

  private static final String CONVERGENCE =
      "org.apache.maven.plugins:maven-enforcer-plugin:3.6.2:enforce -Drules=dependencyConvergence";

  @ParameterizedTest
  @ValueSource(strings = {"plain-java", "spring-boot", "quarkus"})
  void example_passesItsTests(String name, UserRepository repository) throws Exception {
    Path project = repository.checkout("topology/examples/" + name);

    Matcher tests = TESTS.matcher(repository.maven(project, "verify"));

    assertThat(tests.find()).as("all tests ran").isTrue();
    repository.maven(project, CONVERGENCE.split(" "));
    System.out.printf("| %s | %s tests |%n", name, tests.group(1));
  }
}
