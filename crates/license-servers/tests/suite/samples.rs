//! Status texts made up in the forms that the servers' commands print; all names are invented.

use soca_license_servers::ServerKind::{self, Dsls, FlexLm, LmX, LsDyna, OLicense, Rlm};

/// One server, two daemons' worth of features, every kind of line.
pub(crate) const FLEXLM: &str = r#"lmutil - Copyright (c) 1989-2030 Example. All Rights Reserved.
Flexible License Manager status on Tue 5/7/2030 10:15

[Detecting lmgrd processes...]
License server status: 27000@lic1.example.org
    License file(s) on lic1.example.org: /srv/lic/vend.lic:

lic1.example.org: license server UP (MASTER) v11.19.0

Vendor daemon status (on lic1.example.org):

     vend: UP v11.19.0
Feature usage info:

Users of solver:  (Total of 20 licenses issued;  Total of 12 licenses in use)

  "solver" v2030.06, vendor: vend, expiry: 31-dec-2030
  vendor_string: A:B
  floating license

      3 RESERVATIONs for GROUP staff (lic1.example.org/27000)
    ann ip-10-0-1-7 /dev/tty (v2030.0601) (lic1.example.org/27000 101), start Tue 5/7 9:58, 4 licenses
    bob desk12 desk12:0.0 (v2029.1) (lic1.example.org/27000 205), start Mon 5/6 17:02
    eve desk13 ABC:solver_gui (v2030.0601) (lic1.example.org/27000 306), start Tue 5/7 8:00, 4 licenses (linger: 3600)
    dan desk14 desk14:0.0 (v2030.0601) (lic1.example.org/27000 407) queued for 2 licenses

Users of Solver_GUI:  (Total of 1 license issued;  Total of 1 license in use)

    bob desk12 desk12:0.0 (v2029.1) (lic1.example.org/27000 209), start Mon 5/6 17:01, PID: 4711

Users of mesh:tool.x-1:  (Total of 5 licenses issued;  Total of 0 licenses in use)

Users of viewer:  (Uncounted, node-locked)

    ann ip-10-0-1-7 /dev/tty (v2.0) (lic1.example.org/27000 511), start Tue 5/7 9:59

Users of legacy:  (Error: 21 licenses, unsupported by licensed server)

Users of ghost: Cannot get users of ghost: No such feature exists. (-5,222)
"#;

/// Two servers of a list; the second does not answer.
pub(crate) const FLEXLM_HALF: &str = r"lmstat - Copyright (c) 1989-2020 Example. All rights reserved.
Flexible License Manager status on Tue 5/7/2030 10:15

License server status: 27000@lic1
    License file(s) on lic1: C:\lic\vend.lic:

     lic1: license server UP v11.13

Users of solver:  (Total of 8 licenses issued;  Total of 8 licenses in use)

----------------------------------------------------------------------------
License server status: 27000@lic2

Error getting status: Cannot connect to license server system. (-15,570:111)
";

/// The same feature on two servers.
pub(crate) const FLEXLM_TWICE: &str = "License server status: 27000@lic1
Users of solver:  (Total of 8 licenses issued;  Total of 7 licenses in use)
License server status: 27000@lic2
Users of solver:  (Total of 4 licenses issued;  Total of 1 license in use)
";

/// A version that does not count what is in use.
pub(crate) const FLEXLM_OLD: &str = "lmstat - Copyright (C) 1989-1997 Example.
Users of solver:  (Total of 6 licenses available)
    ann host1 host1:0 (v1.0) (lic1/7 101), start Tue 5/7 9:58, 2 licenses
    bob host2 host2:0 (v1.0) (lic1/7 102), start Tue 5/7 9:59
";

pub(crate) const RLM: &str = "Setting license file path to 5053@lic1.example.org
rlmutil v14.2
Copyright (C) 2006-2030, Example. All rights reserved.

\trlm status on lic1.example.org (port 5053), up 9d 01:08:25
\trlm software version v14.2 (build:1)

    --------- ISV servers ----------
    Name           Port Running Restarts
    vend             61001   Yes      0
    other            61002   No       3

    ------------------------

    vend license pool status on lic1.example.org (port 61001)

    flow v3.0
        count: 10, # reservations: 2, inuse: 5, exp: 31-dec-2030
        obsolete: 0, min_remove: 120, total checkouts: 937
    flow v2.0
        count: 4, # reservations: 0, inuse: 0, exp: 31-dec-2030
        obsolete: 0, min_remove: 120, total checkouts: 1
    flow_gui v1.0, pool: 3
        count: uncounted, exp: permanent
        obsolete: 0, min_remove: 120, total checkouts: 0

    ------------------------

    vend license usage status on lic1.example.org (port 61001)

    flow v3.0: ann@ip-10-0-1-7 4/0 at 05/07 09:58  (handle: 15a)
    flow v3.0: bob@desk12 1/0 at 05/06 17:02  (handle: 128)
";

pub(crate) const LMX: &str = "LM-X End-user Utility v5.5
Copyright (C) 2002-2030 Example. All rights reserved.

++++++++++++++++++++++++++++++++++++++++
LM-X License Server on 6200@lic1.example.org:

Server version: v5.5 Uptime: 3 day(s) 12 hour(s) 0 min(s) 51 sec(s)
----------------------------------------
Feature: Flow Pack Version: 21.0 Vendor: VEND
Start date: NONE Expire date: 2030-12-31
Key type: EXCLUSIVE License sharing: CUSTOM VIRTUAL

15001 of 40000 license(s) used:

15000 license(s) used by ANN@IP-10-0-1-7 [10.0.1.7]
    Login time: 2030-05-07 09:26   Checkout time: 2030-05-07 09:29
    Shared on custom string: ANN:IP-10-0-1-7

1 license(s) used by bob@desk12 [10.0.2.12]
----------------------------------------
Feature: Viewer Version: 21.0 Vendor: VEND
Start date: NONE Expire date: 2030-12-31
Key type: EXCLUSIVE License sharing: NONE

0 of 2147483647 license(s) used
";

pub(crate) const LSDYNA: &str = "Using user specified server 31010@lic1.example.org

LICENSE INFORMATION

PROGRAM          EXPIRATION CPUS  USED   FREE    MAX | QUEUE
---------------- ----------      ----- ------ ------ | -----
MPPDYNA          12/30/2030          -     44    100 |     0
 ann        59005@ip-10-0-1-7  48
LS-DYNA          12/30/2030          8     44    100 |     2
 bob        10274@desk12.example.org  8
                   LICENSE GROUP    56     44    100 |     2
LS-OPT           12/30/2030          0      5      5 |     0
";

pub(crate) const OLICENSE: &str = "olixtool 4.8.0 - OLicense XML Status Application
Copyright (C) 2007-2030 Example

Server: <10.0.9.1:31212:0> (Proxy: <>)

List of requested licenses:

==============================================
Application:\ttyre
Licensee:\tAnn Example
Modules:
  Name; LicenseType; FloatCount; Expiration
  --------------------------------------------
  tyre_model;         \tFreeFloating;\t3;\t2030-12-31 23:59:59;
    2 FloatsLockedBy:
      ann@ip-10-0-1-7 #1
      bob@desk12 #1
  tyre_tool;         \tNodeLocked;\t1;\t2030-12-31 23:59:59;

==============================================
Application:\ttyre
Modules:
  Name; LicenseType; FloatCount; Expiration
  --------------------------------------------
  tyre_model;         \tFreeFloating;\t1;\t2031-02-28 23:59:00;
";

pub(crate) const DSLS: &str = "License Administration Tool Version 6.4 Built on May 2, 2030, 6:45:36 PM.
admin >\tSoftware version: 6.4
    Ready: yes
Warning: restricted connection, some operations are not permitted
admin >Editor,EditorId,Feature,Model,Expiration Date,Customer ID,Count,Inuse,Tokens,Casual Usage (mn),Host,User,Internal ID,Active Process,Granted At,Queue Position,
Example SE,5E,FLW,Token,2031-01-01 00:59:00,1001,200,150,100,,ip-10-0-1-7 (263.0)/10.0.1.7,ann,FLW,/flow/sim ( 3148728),2030-05-07 09:58:00,
Example SE,5E,FLW,Token,2031-01-01 00:59:00,1001,200,150,50,,desk12 (264.0)/10.0.2.12,bob,FLW,/flow/sim a,b ( 31),2030-05-07 09:59:00,
Example SE,5E,FLW,Token,2032-01-01 00:59:00,1001,40,0,
Example SE,5E,PRE,Token,2031-01-01 00:59:00,1001,6,0,
";

/// Every text with features.
pub(crate) const ALL: &[(ServerKind, &str)] = &[
    (FlexLm, FLEXLM),
    (FlexLm, FLEXLM_HALF),
    (FlexLm, FLEXLM_TWICE),
    (FlexLm, FLEXLM_OLD),
    (Rlm, RLM),
    (LmX, LMX),
    (LsDyna, LSDYNA),
    (OLicense, OLICENSE),
    (Dsls, DSLS),
];
