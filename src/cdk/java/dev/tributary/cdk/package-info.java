/** The deployment to AWS: a CDK app that makes a stack from a configuration. Not in the distribution. */
@NullMarked
package dev.tributary.cdk;

import org.jspecify.annotations.NullMarked;
