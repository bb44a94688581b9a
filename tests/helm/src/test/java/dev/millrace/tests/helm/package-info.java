/** Tests of the Helm chart in {@code docker/helm}. They need neither Helm nor a cluster. */
package dev.millrace.tests.helm;
