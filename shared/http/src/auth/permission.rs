//! Roles, permissions, and the proof that one has been checked.

use std::marker::PhantomData;
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Staff;
use crate::Problem;

/// A role, as the token's `role` claim names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks, and changes nothing.
    Viewer,
    /// Takes money and writes invoices.
    FrontDesk,
    /// Gives money back as well, and chases what is owed.
    Biller,
    /// May do everything.
    Owner,
}

use Role::{Biller, FrontDesk, Owner, Viewer};

/// Something that only some roles may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See lists, details and figures.
    ReadTracker,
    /// Create, change, send, adjust and delete invoices.
    WriteInvoices,
    /// Take or record payments, and apply credit.
    TakePayments,
    /// Issue, renew and revoke payment links.
    IssueLinks,
    /// Create and change patients.
    ManagePatients,
    /// Give money back.
    Refund,
    /// Give up what is owed or place it with an agency, and take either or an adjustment back.
    WriteOff,
    /// Change rule sets, and act on invoice sets.
    ManageOutreach,
    /// Take whole lists out of the system as files: whoever does not need that for the work does not get it (the minimum
    /// necessary, 45 CFR 164.502(b)).
    ExportLists,
    /// Change the practice itself.
    ManagePractice,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 10] = [
        Self::ReadTracker,
        Self::WriteInvoices,
        Self::TakePayments,
        Self::IssueLinks,
        Self::ManagePatients,
        Self::Refund,
        Self::WriteOff,
        Self::ManageOutreach,
        Self::ExportLists,
        Self::ManagePractice,
    ];

    /// The permission table: the roles that have this permission.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::ReadTracker => &[Viewer, FrontDesk, Biller, Owner],
            Self::WriteInvoices => &[FrontDesk, Biller, Owner],
            Self::TakePayments => &[FrontDesk, Biller, Owner],
            Self::IssueLinks => &[FrontDesk, Biller, Owner],
            Self::ManagePatients => &[FrontDesk, Biller, Owner],
            Self::Refund => &[Biller, Owner],
            Self::WriteOff => &[Biller, Owner],
            Self::ManageOutreach => &[Biller, Owner],
            Self::ExportLists => &[Biller, Owner],
            Self::ManagePractice => &[Owner],
        }
    }
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Viewer, FrontDesk, Biller, Owner];

    /// Whether the permission table gives this role the permission.
    pub fn may(self, permission: Permission) -> bool {
        permission.roles().contains(&self)
    }

    /// The role's name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Viewer => "viewer",
            FrontDesk => "front_desk",
            Biller => "biller",
            Owner => "owner",
        }
    }
}

/// A permission as a type, so that a handler's signature can require it.
pub trait Required: Send + 'static {
    /// The permission that the type stands for.
    const PERMISSION: Permission;
}

macro_rules! required {
    ($($permission:ident),* $(,)?) => {$(
        #[doc = concat!("[`Permission::", stringify!($permission), "`], as a type.")]
        #[derive(Debug)]
        pub enum $permission {}

        impl Required for $permission {
            const PERMISSION: Permission = Permission::$permission;
        }
    )*};
}

required!(
    ReadTracker,
    WriteInvoices,
    TakePayments,
    IssueLinks,
    ManagePatients,
    Refund,
    WriteOff,
    ManageOutreach,
    ExportLists,
    ManagePractice,
);

/// A member of staff whose role has the permission `P`: there is no other way to one than [`Authorised::check`].
#[derive(Debug)]
pub struct Authorised<P>(Staff, PhantomData<fn() -> P>);

impl<P: Required> Authorised<P> {
    /// Checks the permission.
    ///
    /// # Errors
    /// 403 naming the roles that have it.
    pub fn check(staff: Staff) -> Result<Self, Problem> {
        if staff.role.may(P::PERMISSION) {
            Ok(Self(staff, PhantomData))
        } else {
            Err(Problem::forbidden(P::PERMISSION.roles().iter().map(|role| role.name()).collect()))
        }
    }
}

impl<P> Deref for Authorised<P> {
    type Target = Staff;

    fn deref(&self) -> &Staff {
        &self.0
    }
}
